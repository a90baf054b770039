internal import CDetectCore

/// A network of addresses: those that begin with the first `length` bits of `network`.
///
/// Host bits are cleared, so equal networks are equal values. A CIDR inside `::ffff:0:0/96` is the
/// IPv4 CIDR of length − 96; a shorter IPv6 prefix, `::/0` included, contains no IPv4 address.
package struct CIDR: Sendable {
  /// The only stored property, so that an array of networks is an array of C's prefixes.
  let raw: core_prefix

  init(raw: core_prefix) {
    self.raw = raw
  }

  /// The network around `network`; `length` counts in the address's own family. Nil unless it is
  /// in 0...32 for IPv4, 0...128 for IPv6.
  package init?(network: IPAddress, length: Int) {
    let width = network.isIPv4 ? 32 : 128
    guard (0...width).contains(length) else { return nil }
    var raw = core_prefix(network: network.raw, length: UInt8(length + 128 - width))
    let status = unsafe core_mask_prefix(&raw)
    precondition(status == CORE_OK, "a length within the width of its address is valid")
    self.raw = raw
  }

  /// Parses `address/length` in ASCII, or a bare address, which is a /32 or /128; the address as in
  /// ``IPAddress/init(parsing:)``, the length decimal without sign or leading zeros. Nil for any
  /// other text.
  package init?(parsing text: Span<UInt8>) {
    var raw = core_prefix()
    let status = unsafe text.withText { text, length in
      unsafe core_parse_prefix(text, length, &raw)
    }
    guard status == CORE_OK else { return nil }
    self.raw = raw
  }

  /// Parses `text` like ``init(parsing:)``.
  package init?(_ text: String) {
    self.init(parsing: text.utf8.span)
  }

  /// The lowest address of the network.
  package var network: IPAddress { IPAddress(raw: raw.network) }

  /// The length of the prefix in bits: 0...32 for IPv4, 0...128 for IPv6.
  package var length: Int { Int(raw.length) - (network.isIPv4 ? 96 : 0) }
}

extension CIDR: Hashable {
  /// Whether both are the same network, host bits aside.
  package static func == (a: CIDR, b: CIDR) -> Bool {
    a.network == b.network && a.raw.length == b.raw.length
  }

  /// Feeds what `==` compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(network)
    hasher.combine(raw.length)
  }
}
