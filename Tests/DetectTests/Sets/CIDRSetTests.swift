import Testing

@testable import Detect

@Suite struct CIDRSetTests {
  func set(_ texts: String...) throws -> CIDRSet {
    CIDRSet(try texts.map { try #require(CIDR($0), "\($0)") }, keepingPrefixes: true)
  }

  func address(_ text: String) throws -> IPAddress {
    try #require(IPAddress(text), "\(text)")
  }

  @Test func `IPv6 prefixes contain no IPv4 address, however short they are`() throws {
    let everyIPv6 = try set("::/0")
    #expect(try everyIPv6.contains(address("2001:db8::1")))
    #expect(try everyIPv6.contains(address("::fffe:ffff:ffff")))
    #expect(try everyIPv6.contains(address("::1:0:0:0")))
    #expect(try !everyIPv6.contains(address("192.0.2.1")))
    #expect(try !everyIPv6.contains(address("::ffff:192.0.2.1")))
    #expect(try !set("::fffe:0:0/95").contains(address("192.0.2.1")))
  }

  @Test func `an IPv4 network holds the addresses that map into it`() throws {
    let network = try set("192.0.2.0/24")
    #expect(try network.contains(address("::ffff:192.0.2.7")))
    #expect(try !network.contains(address("::192.0.2.7")))
    #expect(try network == set("::ffff:192.0.2.0/120"))
    #expect(try set("0.0.0.0/0") == set("::ffff:0:0/96"))
  }

  @Test func `all of none are inside, and none of none is`() throws {
    for set in [CIDRSet([]), try set("0.0.0.0/0", "::/0")] {
      #expect(set.firstOutside(of: []) == nil)
      #expect(set.firstInside(of: []) == nil)
      #expect(set.containsAll(of: []) && !set.containsAny(of: []))
      #expect(set.containment(of: []) == [])
    }
    let empty = CIDRSet([])
    #expect(empty.ranges == [])
    #expect(try !empty.contains(address("0.0.0.0")))
    #expect(try empty.longestMatch(address("::")) == nil)
    #expect(empty == CIDRSet([]))
  }

  @Test func `the longest match is the innermost prefix as it was added`() throws {
    let nested = try set("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.0/32", "10.2.0.0/16")
    #expect(try nested.longestMatch(address("10.1.2.0")) == CIDR("10.1.2.0/32"))
    #expect(try nested.longestMatch(address("10.1.2.255")) == CIDR("10.1.2.0/24"))
    #expect(try nested.longestMatch(address("10.1.3.0")) == CIDR("10.1.0.0/16"))
    #expect(try nested.longestMatch(address("10.255.255.255")) == CIDR("10.0.0.0/8"))
    #expect(try nested.longestMatch(address("11.0.0.0")) == nil)
    #expect(nested.ranges.count == 1)
    let forgetful = CIDRSet(try [#require(CIDR("10.0.0.0/8"))])
    #expect(try forgetful.longestMatch(address("10.1.2.0")) == nil)
  }

  @Test func `adjacent networks become one range, across families never`() throws {
    let halves = try set("0.0.0.0/1", "128.0.0.0/1")
    #expect(try halves == set("0.0.0.0/0"))
    // The IPv6 addresses on the two sides of IPv4 are neighbours.
    let around = try set("::/0", "::fffe:0:0/96", "::1:0:0:0/96", "255.255.255.255", "0.0.0.0")
    #expect(around.ranges.count == 3)
    let sides = try set("::fffe:0:0/96", "::1:0:0:0/96")
    #expect(sides.ranges == [try address("::fffe:0:0")...address("::1:0:ffff:ffff")])
    #expect(try !sides.contains(address("0.0.0.0")))
  }

  @Test(arguments: [UInt64](1...12))
  func `agrees with the list on random sets`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for round in 0..<250 {
      let count = round % 50 == 0 ? 60 : Int.random(in: 0...12, using: &random)
      let list = PrefixList.random(count: count, using: &random)
      let cidrs = try list.prefixes.map { try #require(CIDR($0.text), "\($0.text)") }
      let set = CIDRSet(cidrs, keepingPrefixes: true)
      try compare(set, with: list, using: &random)
    }
  }

  /// Compares every reader of `set` with the list, on the probes of the list.
  func compare(_ set: CIDRSet, with list: PrefixList, using random: inout SplitMix64) throws {
    let probes = list.probes(using: &random).shuffled(using: &random)
    let addresses = probes.map(\.address)
    let expected = probes.map(list.contains)
    let context = Comment(rawValue: list.prefixes.map(\.text).joined(separator: " "))

    let ranges = set.ranges
    let bits = set.containment(of: addresses)
    try #require(bits.count == (addresses.count + 63) / 64)
    for (index, inside) in expected.enumerated() {
      let address = addresses[index]
      let match = set.longestMatch(address)
      let agrees =
        set.contains(address) == inside
        && (bits[index / 64] >> UInt64(index % 64) & 1 == 1) == inside
        && ranges.contains { $0.contains(address) } == inside
        && match?.length == list.longestMatch(probes[index])
        && match.map { CIDR(network: address, length: $0.length) == $0 } != false
      try #require(agrees, "\(probes[index].bytes) in \(context)")
    }
    if let last = bits.last, addresses.count % 64 != 0 {
      #expect(last >> UInt64(addresses.count % 64) == 0, context)
    }
    #expect(set.firstOutside(of: addresses) == expected.firstIndex(of: false), context)
    #expect(set.firstInside(of: addresses) == expected.firstIndex(of: true), context)
    #expect(set.containsAll(of: addresses) == !expected.contains(false), context)
    #expect(set.containsAny(of: addresses) == expected.contains(true), context)
    for (range, next) in zip(ranges, ranges.dropFirst()) {
      #expect(range.upperBound < next.lowerBound, context)
      // Two ranges are parted by a gap, or by the end of IPv4.
      guard let gap = successor(range.upperBound) else { continue }
      #expect(!set.contains(gap), "\(gap) in \(context)")
    }
  }

  /// The next address of the family; nil after the last.
  func successor(_ address: IPAddress) -> IPAddress? {
    let (high, carry) = address.high.addingReportingOverflow(address.low == .max ? 1 : 0)
    let next = IPAddress(high: high, low: address.low &+ 1)
    if carry { return nil }
    guard next.isIPv4 != address.isIPv4 else { return next }
    return address.isIPv4 ? nil : IPAddress(high: 0, low: 0x1_0000_0000_0000)
  }

  @Test func `equal exactly when the addresses are`() throws {
    var random = SplitMix64(seed: 77)
    for _ in 0..<300 {
      let count = Int.random(in: 1...10, using: &random)
      let list = PrefixList.random(count: count, using: &random)
      let prefixes = try list.prefixes.map { try #require(CIDR($0.text)) }
      let set = CIDRSet(prefixes)

      // Each prefix by its halves, in another order, one of them twice: the same addresses.
      var halves: [CIDR] = []
      for prefix in list.prefixes {
        // One half of ::fffe:0:0/95 is all of IPv4, which is no part of it.
        let parts = prefix.length == prefix.width ? [prefix] : prefix.halves
        for part in parts where part.width == prefix.width {
          halves.append(try #require(CIDR(part.text), "\(part.text)"))
        }
      }
      halves.append(halves[0])
      #expect(set == CIDRSet(halves.shuffled(using: &random)), "\(list.prefixes.map(\.text))")
      #expect(set.ranges == CIDRSet(halves).ranges)

      // One address more: another set.
      let outside = list.probes(using: &random).first { !list.contains($0) }
      guard let address = outside?.address else { continue }
      let host = try #require(CIDR(network: address, length: address.isIPv4 ? 32 : 128))
      #expect(set != CIDRSet(prefixes + [host]))
    }
  }

  @Test func `every address of a small block, for sets inside it`() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<50 {
      let networks = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        BytePrefix(
          [10, 0, 0, .random(in: 0...255, using: &random)], .random(in: 24...32, using: &random))
      }
      let list = PrefixList(prefixes: networks)
      let set = CIDRSet(try networks.map { try #require(CIDR($0.text)) }, keepingPrefixes: true)
      let block = (0..<256).map { ByteAddress([10, 0, 0, UInt8($0)]) }
      #expect(block.map { set.contains($0.address) } == block.map(list.contains))
      #expect(block.map { set.longestMatch($0.address)?.length } == block.map(list.longestMatch))
    }
  }

  @Test func `every length, at both edges`() throws {
    var random = SplitMix64(seed: 6)
    for (width, lengths) in [(4, 0...32), (16, 0...128)] {
      for length in lengths {
        let bytes = (0..<width).map { _ in UInt8.random(in: 0...255, using: &random) }
        let list = PrefixList(prefixes: [BytePrefix(bytes, length)])
        let set = CIDRSet([try #require(CIDR(list.prefixes[0].text))], keepingPrefixes: true)
        try compare(set, with: list, using: &random)
      }
    }
  }
}
