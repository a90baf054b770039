/// Reads back what `ByteWriter` wrote.
///
/// The bytes come from a disk, so every length is checked before it is trusted; what does not fit is
/// `StoreError.corrupt`.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Whether every byte has been read.
  package var isAtEnd: Bool { position == bytes.count }

  /// Checks that nothing follows.
  package func finish() throws(StoreError) {
    guard isAtEnd else { throw .corrupt("\(bytes.count - position) bytes too many in a record") }
  }

  /// Reads a whole number of at most 64 bits.
  package mutating func readUInt64() throws(StoreError) -> UInt64 {
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

  /// Reads a folded signed number.
  package mutating func readInt64() throws(StoreError) -> Int64 {
    let folded = try readUInt64()
    return Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
  }

  /// Reads one byte.
  package mutating func readUInt8() throws(StoreError) -> UInt8 {
    guard position < bytes.count else { throw .corrupt("a record ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// Reads a whole number that must fit 16 bits.
  package mutating func readUInt16() throws(StoreError) -> UInt16 {
    guard let value = UInt16(exactly: try readUInt64()) else {
      throw .corrupt("a number over 16 bits in a record")
    }
    return value
  }

  /// Reads a whole number that must fit 32 bits.
  package mutating func readUInt32() throws(StoreError) -> UInt32 {
    guard let value = UInt32(exactly: try readUInt64()) else {
      throw .corrupt("a number over 32 bits in a record")
    }
    return value
  }

  /// Reads yes (1) or no (0).
  package mutating func readBool() throws(StoreError) -> Bool {
    switch try readUInt8() {
    case 0: return false
    case 1: return true
    default: throw .corrupt("neither yes nor no in a record")
    }
  }

  /// Reads eight bytes, lowest first.
  package mutating func readDouble() throws(StoreError) -> Double {
    var pattern: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 8) {
      pattern |= UInt64(try readUInt8()) << UInt64(shift)
    }
    return Double(bitPattern: pattern)
  }

  /// Reads a text, which must be UTF-8.
  package mutating func readString() throws(StoreError) -> String {
    let length = try readCount()
    guard let text = String(validating: bytes[position..<position + length], as: UTF8.self) else {
      throw .corrupt("a text that is not UTF-8 in a record")
    }
    position += length
    return text
  }

  /// Reads bytes.
  package mutating func readBlob() throws(StoreError) -> [UInt8] {
    let length = try readCount()
    defer { position += length }
    return Array(bytes[position..<position + length])
  }

  /// Reads whether there is a value, and the value.
  package mutating func readOptional<Value>(
    _ body: (inout ByteReader) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    try readBool() ? try body(&self) : nil
  }

  /// Reads the number of elements, and each.
  package mutating func readList<Element>(
    _ body: (inout ByteReader) throws(StoreError) -> Element
  ) throws(StoreError) -> [Element] {
    let count = try readCount()
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try body(&self)) }
    return list
  }

  /// Reads a length of bytes or elements; no element is shorter than a byte.
  package mutating func readCount() throws(StoreError) -> Int {
    let count = try readUInt64()
    guard count <= UInt64(bytes.count - position) else {
      throw .corrupt("a length beyond the end of a record")
    }
    return Int(count)
  }
}
