import Testing

@testable import Detect

@Suite struct PackedBytesTests {
  private static let edges: [UInt64] = [
    0, 1, 127, 128, 16_383, 16_384, 1 << 62, (1 << 63) - 1, 1 << 63, .max - 1, .max,
  ]

  @Test func `numbers are read from both ends as they were written`() {
    var bytes = PackedBytes()
    for number in Self.edges { bytes.append(number) }
    #expect(bytes.count == Self.edges.map(PackedBytes.length).reduce(0, +))

    var position = 0
    for number in Self.edges { #expect(bytes.read(at: &position) == number) }
    #expect(position == bytes.count)

    for number in Self.edges.reversed() {
      var skipped = position
      bytes.skip(1, before: &skipped, from: 0)
      #expect(bytes.read(before: &position, from: 0) == number)
      #expect(skipped == position)
    }
    #expect(position == 0)
  }

  @Test func `a number may be written over as many bytes as it takes`() {
    for number in Self.edges {
      var bytes = PackedBytes([1, 2, 3, 4])
      bytes.resize(1..<3, to: PackedBytes.length(of: number))
      var position = 1
      bytes.write(number, at: &position)
      #expect(bytes[0] == 1 && bytes[position] == 4 && position + 1 == bytes.count)
      var again = 1
      #expect(bytes.read(at: &again) == number)
    }
  }

  @Test(arguments: [0, 1, -1, 63, -64, .max, .min] as [Int64])
  func `folding keeps signed numbers, and small ones small`(number: Int64) {
    #expect(UInt64(folding: number).unfolded == number)
    if number.magnitude < 64 { #expect(PackedBytes.length(of: UInt64(folding: number)) == 1) }
  }

  @Test func `room grows in small steps and is given back`() {
    var bytes = PackedBytes()
    for _ in 0..<10_000 {
      bytes.reserve(1)
      bytes.append(1)
      #expect(bytes.room <= max(64, bytes.count / 4))
    }
    bytes.resize(100..<bytes.count, to: 0)
    bytes.shrink()
    #expect(bytes.count == 100 && bytes.room < 250)
  }
}
