import RPC

/// A protobuf message as its wire format tells it: numbered fields. Enough for the few messages of the
/// test service; a message inside another is bytes until it is asked for.
struct WireMessage {
  private enum Value {
    case number(UInt64)
    case bytes([UInt8])
  }

  private var fields: [(number: UInt64, value: Value)] = []

  /// Reads a message. Throws INVALID_ARGUMENT if the bytes are none, or use a wire type that the test
  /// service does not.
  init(_ bytes: [UInt8]) throws(RPCStatus) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let tag = try Self.takeNumber(from: &rest)
      let number = try Self.takeNumber(from: &rest)
      switch tag & 7 {
      case 0: fields.append((tag >> 3, .number(number)))
      case 2:
        guard number <= rest.count else { throw Self.malformed }
        fields.append((tag >> 3, .bytes(Array(rest.prefix(Int(number))))))
        rest = rest.dropFirst(Int(number))
      default: throw Self.malformed
      }
    }
  }

  /// The number in this field; 0 if it is absent.
  func number(_ field: UInt64) -> Int {
    for case (field, .number(let number)) in fields.reversed() {
      return Int(truncatingIfNeeded: number)
    }
    return 0
  }

  /// What stands in this field, once for each time it occurs.
  func all(_ field: UInt64) -> [[UInt8]] {
    fields.compactMap { each in
      if case (field, .bytes(let bytes)) = each { bytes } else { nil }
    }
  }

  /// The message in this field, if there is one.
  func message(_ field: UInt64) throws(RPCStatus) -> WireMessage? {
    guard let bytes = all(field).last else { return nil }
    return try WireMessage(bytes)
  }

  /// A message of one field that holds bytes.
  static func encode(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [field << 3 | 2] + encode(number: bytes.count) + bytes
  }

  /// A message of one field that holds a number.
  static func encode(_ field: UInt8, number: Int) -> [UInt8] {
    [field << 3] + encode(number: number)
  }

  private static func encode(number: Int) -> [UInt8] {
    var rest = UInt64(number)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static let malformed = RPCStatus(.invalidArgument, "malformed message")

  private static func takeNumber(from bytes: inout ArraySlice<UInt8>) throws(RPCStatus) -> UInt64 {
    var number: UInt64 = 0
    for shift: UInt64 in stride(from: 0, to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { throw malformed }
      number |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return number }
    }
    throw malformed
  }
}
