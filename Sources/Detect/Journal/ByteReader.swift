/// Reads back what `ByteWriter` wrote.
///
/// The bytes come from a disk, so every length is checked before it is trusted; what does not fit is
/// `StoreError.corrupt`.
struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// Where the next byte is read.
  private(set) var position: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// Whether every byte has been read.
  var isAtEnd: Bool { position == bytes.count }

  /// Checks that nothing follows.
  func finish() throws(StoreError) {
    guard isAtEnd else { throw .corrupt("\(bytes.count - position) bytes too many in a record") }
  }

  mutating func readUInt64() throws(StoreError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try readUInt8()
      let part = UInt64(byte & 0x7f)
      guard shift < 64, shift < 63 || part <= 1 else {
        throw .corrupt("a number over 64 bits in a record")
      }
      value |= part << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }

  mutating func readInt64() throws(StoreError) -> Int64 {
    let folded = try readUInt64()
    return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
  }

  mutating func readUInt8() throws(StoreError) -> UInt8 {
    guard position < bytes.count else { throw .corrupt("a record ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func readUInt16() throws(StoreError) -> UInt16 {
    guard let value = UInt16(exactly: try readUInt64()) else {
      throw .corrupt("a number over 16 bits in a record")
    }
    return value
  }

  mutating func readUInt32() throws(StoreError) -> UInt32 {
    guard let value = UInt32(exactly: try readUInt64()) else {
      throw .corrupt("a number over 32 bits in a record")
    }
    return value
  }

  mutating func readBool() throws(StoreError) -> Bool {
    switch try readUInt8() {
    case 0: return false
    case 1: return true
    default: throw .corrupt("neither yes nor no in a record")
    }
  }

  mutating func readDouble() throws(StoreError) -> Double {
    var pattern: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 8) {
      pattern |= UInt64(try readUInt8()) << UInt64(shift)
    }
    return Double(bitPattern: pattern)
  }

  mutating func readString() throws(StoreError) -> String {
    let length = try readCount()
    guard let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
      throw .corrupt("a text that is not UTF-8 in a record")
    }
    position += length
    return text
  }

  mutating func readOptional<Value>(
    _ body: (inout ByteReader) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    try readBool() ? try body(&self) : nil
  }

  mutating func readList<Element>(
    _ body: (inout ByteReader) throws(StoreError) -> Element
  ) throws(StoreError) -> [Element] {
    let count = try readCount()
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try body(&self)) }
    return list
  }

  /// Reads a length of bytes or elements; no element is shorter than a byte.
  mutating func readCount() throws(StoreError) -> Int {
    let count = try readUInt64()
    guard count <= UInt64(bytes.count - position) else {
      throw .corrupt("a length beyond the end of a record")
    }
    return Int(count)
  }
}
