import Testing

@testable import Detect

/// What C promises of a frozen block: that validation refuses what a reader could not trust. The
/// offsets are those of the layouts drawn in cidr_set.c and port_set.c, the numbers little-endian.
@Suite struct FrozenSetTests {
  /// `bytes` with the 32-bit number at `offset` replaced.
  func patched(_ bytes: [UInt8], at offset: Int, with value: UInt32) -> [UInt8] {
    var result = bytes
    for index in 0..<4 {
      result[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
    return result
  }

  func cidrBytes(_ texts: String...) throws -> [UInt8] {
    CIDRSet(try texts.map { try #require(CIDR($0)) }).bytes
  }

  @Test func `a CIDR set is one block of the size it says`() throws {
    let bytes = try cidrBytes("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24")
    #expect(bytes.count == 16 + 2 * 32 + 3 * 24)
    #expect(CIDRSet.defect(in: bytes.span) == nil)
    #expect(CIDRSet.defect(in: CIDRSet([]).bytes.span) == nil)
    for count in 0..<bytes.count {
      #expect(CIDRSet.defect(in: bytes.span.extracting(0..<count)) != nil)
    }
    #expect(CIDRSet.defect(in: (bytes + [0]).span) != nil)
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
    let (ranges, entries) = (16, 16 + 2 * 32)
    func reason(_ offset: Int, _ value: UInt32) -> String? {
      CIDRSet.defect(in: patched(bytes, at: offset, with: value).span)
    }
    #expect(CIDRSet.defect(in: ([0] + bytes).span.extracting(1...)) == "the block is not aligned")
    #expect(
      CIDRSet.defect(in: bytes.span.extracting(..<15))
        == "the block is shorter than the header of a CIDR set")
    #expect(reason(0, 0) == "the block is not a CIDR set of this layout and byte order")
    #expect(reason(4, 7) == "the size of the CIDR set does not agree with its counts")
    #expect(reason(8, 1) == "the size of the CIDR set does not agree with its counts")
    #expect(reason(8, .max) == "the counts of the CIDR set are out of bounds")
    #expect(reason(12, .max) == "the counts of the CIDR set are out of bounds")
    #expect(reason(12, 1) == "the counts of the CIDR set are out of bounds")
    #expect(reason(ranges, 1) == "the ranges are not the union of the prefixes")
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
      "10.0.0.0/8", "10.1.0.0/16", "10.1.128.0/17", "192.0.2.0/24", "::/0", "2001:db8::/32",
      "2001:db8::1", "255.255.255.255", "0.0.0.0/31")
    let entries = bytes.count - 9 * 24
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      let isNestedPrefix = bit / 8 >= entries && (bit / 8 - entries) % 24 < 20
      // A nested prefix with another bit may still be nested: another set, but a sound one.
      #expect(CIDRSet.defect(in: flipped.span) != nil || isNestedPrefix, "bit \(bit)")
    }
  }

  @Test func `each defect of a port set has its reason`() {
    let bytes = PortSet([80, 443]).bytes
    func reason(_ offset: Int, _ value: UInt32) -> String? {
      PortSet.defect(in: patched(bytes, at: offset, with: value).span)
    }
    #expect(PortSet.defect(in: bytes.span) == nil)
    #expect(PortSet.defect(in: PortSet([]).bytes.span) == nil)
    #expect(PortSet.defect(in: ([0] + bytes).span.extracting(1...)) == "the block is not aligned")
    #expect(
      PortSet.defect(in: bytes.span.extracting(..<7))
        == "the block is shorter than the header of a port set")
    #expect(reason(0, 0) == "the block is not a port set of this layout and byte order")
    #expect(reason(4, 1) == "the size of the port set does not agree with its count")
    #expect(reason(4, .max) == "the size of the port set does not agree with its count")
    #expect(
      PortSet.defect(in: (bytes + [0]).span)
        == "the size of the port set does not agree with its count")
    #expect(reason(8, 0x0050_0051) == "a range of ports ends before it begins")
    #expect(reason(8, 0x01ba_0050) == "there is no gap between two ranges of ports")
    #expect(reason(12, 0x0050_0050) == "there is no gap between two ranges of ports")
  }

  @Test func `a bitmap of ports must have the ranges it says`() {
    var bytes = PortSet((0..<3000).map { UInt16($0 * 3) }).bytes
    #expect(bytes.count == 8 + 8192)
    #expect(PortSet.defect(in: bytes.span) == nil)
    bytes[8] ^= 1
    #expect(
      PortSet.defect(in: bytes.span) == "the bitmap does not agree with the count of the port set")
  }
}
