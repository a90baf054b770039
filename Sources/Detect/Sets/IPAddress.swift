internal import CDetectCore

/// An IPv4 or IPv6 address: a number of 128 bits.
///
/// IPv4 `a.b.c.d` is the number `::ffff:a.b.c.d`, so that an IPv4-mapped IPv6 address and the IPv4
/// address it carries are one value. In order, all of IPv4 comes before all of IPv6.
package struct IPAddress: Sendable {
  /// The only stored property, so that an array of addresses is an array of C's addresses.
  let raw: core_address

  init(raw: core_address) {
    self.raw = raw
  }

  /// An address from its number, most significant half first.
  package init(high: UInt64, low: UInt64) {
    raw = core_address(high: high, low: low)
  }

  /// Parses exactly what `inet_pton` accepts, in ASCII, without a terminator: no leading zeros in
  /// an octet, no zone, no port, no brackets, no blanks. Nil for any other text.
  package init?(parsing text: Span<UInt8>) {
    var raw = core_address()
    let status = unsafe text.withText { text, length in
      unsafe core_parse_address(text, length, &raw)
    }
    guard status == CORE_OK else { return nil }
    self.raw = raw
  }

  /// Parses `text` like ``init(parsing:)``.
  package init?(_ text: String) {
    self.init(parsing: text.utf8.span)
  }

  /// The more significant 64 bits.
  package var high: UInt64 { raw.high }

  /// The less significant 64 bits.
  package var low: UInt64 { raw.low }

  /// Whether this is an IPv4 address, or the IPv6 address that maps one.
  package var isIPv4: Bool { raw.high == 0 && raw.low >> 32 == 0xffff }
}

extension IPAddress: Hashable {
  /// Whether both are the same number; a mapped IPv4 address is the IPv4 address.
  package static func == (a: IPAddress, b: IPAddress) -> Bool {
    a.high == b.high && a.low == b.low
  }

  /// Feeds what `==` compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(high)
    hasher.combine(low)
  }
}

extension IPAddress: Comparable {
  /// By family, IPv4 first, then by number.
  package static func < (a: IPAddress, b: IPAddress) -> Bool {
    guard a.isIPv4 == b.isIPv4 else { return a.isIPv4 }
    return (a.high, a.low) < (b.high, b.low)
  }
}

extension Span<UInt8> {
  /// Lends the bytes to C as text with a length; an empty span may lend nil.
  func withText<Result>(_ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
    unsafe withUnsafeBytes { bytes in
      unsafe body(bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count)
    }
  }
}
