@testable import Detect

/// An address as its bytes, 4 or 16 of them: what the twin understands.
struct ByteAddress: Equatable {
  var bytes: [UInt8]

  /// The bytes as given, but the four of IPv4 where they map it.
  init(_ bytes: [UInt8]) {
    let mapped = bytes.count == 16 && bytes[..<12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    self.bytes = mapped ? Array(bytes[12...]) : bytes
  }

  var address: IPAddress {
    let mapping: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    let all = bytes.count == 4 ? mapping + bytes : bytes
    let halves = [all[..<8], all[8...]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    return IPAddress(high: halves[0], low: halves[1])
  }
}

extension [UInt8] {
  /// With all bits from `length` on set to `bit`.
  func filled(after length: Int, with bit: UInt8) -> [UInt8] {
    var result = self
    for index in length..<count * 8 {
      let mask = UInt8(1) << UInt8(7 - index % 8)
      result[index / 8] = bit == 1 ? result[index / 8] | mask : result[index / 8] & ~mask
    }
    return result
  }

  /// The number after this one, or before; wraps around.
  func stepped(up: Bool) -> [UInt8] {
    var result = self
    for index in result.indices.reversed() {
      result[index] = up ? result[index] &+ 1 : result[index] &- 1
      if result[index] != (up ? 0 : 255) { break }
    }
    return result
  }
}

/// A prefix as bytes and a length in the width of those bytes, host bits and all.
struct BytePrefix {
  var bytes: [UInt8]
  var length: Int

  /// IPv4 where 16 bytes lie within the mapped block.
  init(_ bytes: [UInt8], _ length: Int) {
    let narrowed = ByteAddress(bytes).bytes
    let isMapped = narrowed.count < bytes.count && length >= 96
    self.bytes = isMapped ? narrowed : bytes
    self.length = isMapped ? length - 96 : length
  }

  var width: Int { bytes.count * 8 }

  /// Whole bytes first, then the rest of the bits.
  func contains(_ address: ByteAddress) -> Bool {
    guard address.bytes.count == bytes.count else { return false }
    let (whole, rest) = (length / 8, length % 8)
    guard bytes[..<whole] == address.bytes[..<whole] else { return false }
    return rest == 0 || (bytes[whole] ^ address.bytes[whole]) >> UInt8(8 - rest) == 0
  }

  /// The two prefixes that are one longer and together the same network.
  var halves: [BytePrefix] {
    [0, 1].map { (bit: UInt8) in
      let half = bytes.filled(after: length, with: bit).filled(after: length + 1, with: 0)
      return BytePrefix(half, length + 1)
    }
  }

  /// The longest spelling, so that the parser is part of every comparison.
  var text: String {
    guard bytes.count == 16 else {
      return bytes.map(String.init).joined(separator: ".") + "/\(length)"
    }
    let groups = stride(from: 0, to: 16, by: 2).map { index in
      String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
    }
    return groups.joined(separator: ":") + "/\(length)"
  }
}

/// The twin of ``CIDRSet``: a list, read from end to end.
struct PrefixList {
  var prefixes: [BytePrefix]

  func contains(_ address: ByteAddress) -> Bool {
    prefixes.contains { $0.contains(address) }
  }

  func longestMatch(_ address: ByteAddress) -> Int? {
    prefixes.filter { $0.contains(address) }.map(\.length).max()
  }
}

extension PrefixList {
  /// Up to `count` prefixes of both families that touch, nest and repeat far more often than chance
  /// would have it.
  static func random(count: Int, using random: inout SplitMix64) -> PrefixList {
    var list = PrefixList(prefixes: [])
    for _ in 0..<count {
      list.prefixes.append(list.nextPrefix(using: &random))
    }
    return list
  }

  private func nextPrefix(using random: inout SplitMix64) -> BytePrefix {
    let known = prefixes.randomElement(using: &random)
    let width = Bool.random(using: &random) ? 32 : 128
    switch (Int.random(in: 0..<10, using: &random), known) {
    case (0, let known?): return known
    case (1, let known?), (2, let known?):  // around or inside a known one
      return BytePrefix(known.bytes, Int.random(in: 0...known.width, using: &random))
    case (3, let known?), (4, let known?):  // its neighbours
      let above = Bool.random(using: &random)
      let edge = known.bytes.filled(after: known.length, with: above ? 1 : 0)
      return BytePrefix(edge.stepped(up: above), known.length)
    case (5, _):  // the ends of the space
      let edge = [UInt8](repeating: Bool.random(using: &random) ? 0 : 255, count: width / 8)
      let lengths = [0, 1, width / 2, width - 1, width]
      return BytePrefix(edge, lengths[Int.random(in: 0..<lengths.count, using: &random)])
    case (6, _):  // IPv4 in its IPv6 spelling, or an IPv6 network around all of IPv4
      var bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
      bytes += (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
      return BytePrefix(bytes, Int.random(in: 80...128, using: &random))
    default:
      let bytes = (0..<width / 8).map { _ in UInt8.random(in: 0...255, using: &random) }
      return BytePrefix(bytes, Int.random(in: 0...width, using: &random))
    }
  }

  /// Addresses where a mistake would show: both edges of every prefix and the addresses next to
  /// them, one inside, one anywhere, and the ends of both spaces.
  func probes(using random: inout SplitMix64) -> [ByteAddress] {
    var probes: [ByteAddress] = []
    for width in [4, 16] {
      for byte: UInt8 in [0, 255] {
        probes.append(ByteAddress([UInt8](repeating: byte, count: width)))
      }
      probes.append(
        ByteAddress((0..<width).map { _ in UInt8.random(in: 0...255, using: &random) }))
    }
    for prefix in prefixes {
      let first = prefix.bytes.filled(after: prefix.length, with: 0)
      let last = prefix.bytes.filled(after: prefix.length, with: 1)
      let flipped = Int.random(in: 0..<prefix.width, using: &random)
      var other = prefix.bytes
      other[flipped / 8] ^= 1 << UInt8(flipped % 8)
      probes += [
        first, first.stepped(up: true), first.stepped(up: false),
        last, last.stepped(up: true), last.stepped(up: false), prefix.bytes, other,
      ].map(ByteAddress.init)
    }
    return probes
  }
}
