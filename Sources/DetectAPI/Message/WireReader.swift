/// Reads the members of a serialized message one after another, without knowing its type.
struct WireReader {
  /// One member of a message.
  struct Member: Equatable {
    /// The field's number in the schema, from 1.
    var field: UInt32
    var payload: Payload
  }

  /// What a member carries.
  enum Payload: Equatable {
    case varint(UInt64)
    /// 4 or 8 bytes.
    case fixed(Range<Int>)
    /// A text, bytes, a message or packed numbers.
    case bytes(Range<Int>)
  }

  /// The message ends within a member, or a member has a form that does not exist.
  struct Malformed: Error {}

  private let bytes: [UInt8]
  private let end: Int
  /// Where the next member starts.
  private(set) var position: Int

  /// Reads the message that lies in `range` of `bytes`.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next member, or nil at the end of the message. Groups, which proto3 lacks, are malformed.
  mutating func next() throws(Malformed) -> Member? {
    guard position < end else { return nil }
    guard let tag = UInt32(exactly: try varint()), tag >> 3 > 0 else { throw Malformed() }
    let payload: Payload
    switch tag & 7 {
    case 0: payload = .varint(try varint())
    case 1: payload = .fixed(try take(8))
    case 2: payload = .bytes(try take(try varint()))
    case 5: payload = .fixed(try take(4))
    default: throw Malformed()
    }
    return Member(field: tag >> 3, payload: payload)
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard position < end else { throw Malformed() }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw Malformed()
  }

  private mutating func take(_ count: UInt64) throws(Malformed) -> Range<Int> {
    guard count <= UInt64(end - position) else { throw Malformed() }
    let start = position
    position += Int(count)
    return start..<position
  }
}
