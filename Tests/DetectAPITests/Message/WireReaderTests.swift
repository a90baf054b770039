@testable import DetectAPI
import Testing

@Suite struct WireReaderTests {
  private func members(_ bytes: [UInt8]) throws -> [WireReader.Member] {
    var reader = WireReader(bytes, in: bytes.indices)
    var members: [WireReader.Member] = []
    while let member = try reader.next() { members.append(member) }
    return members
  }

  @Test func `Every form of member is read`() throws {
    let bytes: [UInt8] = [
      0x08, 0x96, 0x01,  // 1: varint 150
      0x11, 1, 2, 3, 4, 5, 6, 7, 8,  // 2: eight bytes
      0x1a, 2, 0x61, 0x62,  // 3: "ab"
      0x25, 1, 2, 3, 4,  // 4: four bytes
      0xfa, 0x01, 0,  // 31: empty
    ]
    #expect(
      try members(bytes) == [
        .init(field: 1, payload: .varint(150)), .init(field: 2, payload: .fixed(4..<12)),
        .init(field: 3, payload: .bytes(14..<16)), .init(field: 4, payload: .fixed(17..<21)),
        .init(field: 31, payload: .bytes(24..<24)),
      ])
  }

  @Test(
    arguments: [
      [0x08],  // a number is missing
      [0x08, 0x80],  // a number has no end
      [0x08] + Array(repeating: 0x80, count: 10) + [0],  // a number of more than 64 bits
      [0x11, 1, 2, 3],  // too few of eight bytes
      [0x1a, 3, 0x61, 0x62],  // a length past the end
      [0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],  // a length past any end
      [0x25, 1],  // too few of four bytes
      [0x00, 0],  // field 0
      [0x0b, 0x0c],  // a group
      [0x0e],  // a form that does not exist
      [0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0],  // a field number of more than 32 bits
    ] as [[UInt8]])
  func `What is no message is malformed`(_ bytes: [UInt8]) {
    #expect(throws: WireReader.Malformed.self) { try members(bytes) }
  }
}
