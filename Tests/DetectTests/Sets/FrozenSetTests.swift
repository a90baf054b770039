import Testing

@testable import Detect

/// What C promises of a frozen block: that validation refuses what a reader could not trust. The
/// offsets are those of the layouts drawn in cidr_layout.h and port_layout.h, the numbers little-endian.
@Suite struct FrozenSetTests {
  /// `bytes` with the 32-bit number at `offset` replaced.
  func patched(_ bytes: [UInt8], at offset: Int, with value: UInt32) -> [UInt8] {
    var result = bytes
    for index in 0..<4 {
      result[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
    return result
  }

  /// The block of a set that kept its prefixes.
  func cidrBytes(_ texts: String...) throws -> [UInt8] {
    CIDRSet(try texts.map { try #require(CIDR($0)) }, keepingPrefixes: true).bytes
  }

  @Test func `a CIDR set is one block of the size it says`() throws {
    let bytes = try cidrBytes("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24")
    #expect(bytes.count == 64 + 3 * 24)
    #expect(CIDRSet.defect(in: bytes.span) == nil)
    #expect(CIDRSet.defect(in: CIDRSet([]).bytes.span) == nil)
    for count in 0..<bytes.count {
      #expect(CIDRSet.defect(in: bytes.span.extracting(0..<count)) != nil)
    }
    #expect(CIDRSet.defect(in: (bytes + [0]).span) != nil)
  }

  @Test(
    arguments: [
      // The header holds twelve IPv4 boundaries, a further line sixteen, and one goes to the root.
      (6, 0, 64), (7, 0, 2 * 64), (100, 0, 64 + 12 * 64),
      // IPv6 has a root of its own: a line of six, and up to three of eight.
      (0, 3, 2 * 64), (0, 4, 3 * 64), (6, 7, 3 * 64), (0, 100, 64 + 3 * 64 + 23 * 64),
    ] as [(UInt64, UInt64, Int)])
  func `a set without prefixes is small`(ipv4: UInt64, ipv6: UInt64, size: Int) throws {
    let ipv4Base: UInt64 = 0xffff_0a00_0000
    let ipv6Base: UInt64 = 0x2001_0000_0000_0000
    var networks: [CIDR?] = (0..<ipv4).map { index in
      CIDR(network: IPAddress(high: 0, low: ipv4Base + index * 512), length: 24)
    }
    networks += (0..<ipv6).map { index in
      CIDR(network: IPAddress(high: ipv6Base + index * 2, low: 0), length: 64)
    }
    #expect(CIDRSet(try networks.map { try #require($0) }).byteCount == size)
  }

  @Test func `thousands of IPv4 ranges become a trie`() throws {
    let hosts = try (0..<UInt64(10_000)).map {
      try #require(CIDR(network: IPAddress(high: 0, low: 0xffff_0a00_0000 + $0 * 2), length: 32))
    }
    let set = CIDRSet(hosts)
    // The table, two constant nodes and that of 10.0.0.0/16, each with its base, a leaf for each
    // /24, and 20 bytes to the end of the line.
    #expect(set.byteCount == 64 + 65536 * 4 + 3 * (64 + 4) + 79 * 32 + 20)
    #expect(CIDRSet.defect(in: set.bytes.span) == nil)
    #expect(set.ranges.count == 10_000)
    #expect(set == CIDRSet(hosts.reversed(), keepingPrefixes: true))
  }

  @Test func `a prefix knows the nearest prefix around it`() throws {
    let bytes = try cidrBytes(
      "10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "10.2.0.0/16", "11.0.0.0/8", "::/0", "::1")
    let parents = (0..<7).map { index in
      let offset = bytes.count - 7 * 24 + index * 24 + 20
      return bytes[offset..<offset + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    #expect(parents == [.max, 0, 1, 0, .max, .max, 5])
  }

  @Test func `each defect of a CIDR set has its reason`() throws {
    let bytes = try cidrBytes("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24")
    let (root, entries) = (16, 64)
    func reason(_ offset: Int, _ value: UInt32) -> String? {
      CIDRSet.defect(in: patched(bytes, at: offset, with: value).span)
    }
    #expect(CIDRSet.defect(in: ([0] + bytes).span.extracting(1...)) == "the block is not aligned")
    #expect(
      CIDRSet.defect(in: bytes.span.extracting(..<63))
        == "the block is shorter than the header of a CIDR set")
    #expect(reason(0, 0) == "the block is not a CIDR set of this layout and byte order")
    #expect(reason(0, 0x2003_4353) == "the CIDR set needs instructions that this processor lacks")
    #expect(reason(0, 0xe000_4353) == "the counts of the CIDR set are out of bounds")
    #expect(reason(0, 0x0000_4353) == "the size of the CIDR set does not agree with its counts")
    #expect(reason(4, 0xffff) == "the counts of the CIDR set are out of bounds")
    #expect(reason(4, 20) == "the size of the CIDR set does not agree with its counts")
    #expect(reason(4, 5) == "the IPv4 boundaries of the CIDR set are not in order")
    #expect(reason(8, 2) == "the size of the CIDR set does not agree with its counts")
    #expect(reason(12, 7) == "the size of the CIDR set does not agree with its counts")
    #expect(reason(root, .max) == "the IPv4 boundaries of the CIDR set are not in order")
    #expect(reason(root + 16, 0) == "the IPv4 boundaries of the CIDR set are not in order")
    #expect(reason(root, 1) == "the ranges are not the union of the prefixes")
    #expect(reason(entries + 48 + 8, 0xc000_0300) == "the ranges are not the union of the prefixes")
    #expect(reason(entries + 8, 1) == "a prefix has host bits")
    #expect(reason(entries + 16, 129) == "a prefix is longer than an address")
    #expect(reason(entries + 16, 97) == "a prefix has host bits")
    #expect(reason(entries + 20, 0) == "a prefix does not know the prefix around it")
    #expect(reason(entries + 24 + 20, 1) == "a prefix does not know the prefix around it")
    #expect(reason(entries + 24 + 20, .max) == "a prefix does not know the prefix around it")
    #expect(reason(entries + 48 + 8, 0) == "the prefixes are not in order")
  }

  @Test func `no flipped bit of a CIDR set passes where readers search`() throws {
    let bytes = try cidrBytes(
      "10.0.0.0/8", "10.1.0.0/16", "10.1.128.0/17", "192.0.2.0/24", "2001:db8::/32",
      "2001:db8::1", "2001:db9::1:0/112", "255.255.255.255", "0.0.0.0/31")
    let entries = bytes.count - 9 * 24
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let isNestedPrefix = bit / 8 >= entries && (bit / 8 - entries) % 24 < 20
      let isInstructions = bit / 8 == 2
      // A nested prefix with another bit may still be nested: another set, but a sound one. So is
      // a set for a lesser processor.
      #expect(
        CIDRSet.defect(in: flipped.span) != nil || isNestedPrefix || isInstructions, "bit \(bit)")
    }
  }

  @Test func `each defect of a port set has its reason`() {
    let bytes = PortSet(ranges: [80...80, 1000...2000]).bytes
    func reason(_ offset: Int, _ value: UInt32) -> String? {
      PortSet.defect(in: patched(bytes, at: offset, with: value).span)
    }
    #expect(PortSet.defect(in: bytes.span) == nil)
    #expect(PortSet.defect(in: PortSet([]).bytes.span) == nil)
    #expect(PortSet.defect(in: ([0] + bytes).span.extracting(1...)) == "the block is not aligned")
    #expect(
      PortSet.defect(in: bytes.span.extracting(..<63))
        == "the block is shorter than the header of a port set")
    #expect(reason(0, 0) == "the block is not a port set of this layout and byte order")
    #expect(reason(0, 0x0203_5053) == "the port set needs instructions that this processor lacks")
    #expect(reason(0, 0x0400_5053) == "the size of the port set does not agree with its count")
    #expect(reason(4, 29) == "the size of the port set does not agree with its count")
    #expect(reason(4, 61) == "the size of the port set does not agree with its count")
    #expect(reason(4, 3) == "the port set is not as it is written")
    #expect(reason(8, 0x0040_004f) == "a range of ports ends before it begins")
    #expect(reason(8, 0x0051_004f) == nil)  // 80...81: another set, and sound
    #expect(
      PortSet.defect(in: (bytes + [0]).span)
        == "the size of the port set does not agree with its count")
  }

  @Test(arguments: [1, 28, 29, 61])
  func `a port set has nothing where nothing belongs`(count: UInt16) {
    var bytes = PortSet((0..<count).map { $0 * 3 }).bytes
    #expect(PortSet.defect(in: bytes.span) == nil)
    bytes[7] ^= 1
    #expect(PortSet.defect(in: bytes.span) != nil)
  }

  @Test func `few ranges of many ports are a line`() {
    let starts: [UInt16] = (0..<14).map { $0 * 2000 + 1 }
    let ranges = starts.map { $0...$0 + 999 }
    #expect(PortSet(ranges: ranges).byteCount == 64)
    #expect(PortSet(ranges: ranges + [40_000...65_535]).byteCount == 128)
    #expect(PortSet(ranges: [0...65_535]).byteCount == 64)
  }
}
