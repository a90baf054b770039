import CNghttp2
import Glibc

/// Header fields, in order, in one piece of memory.
///
///     bytes   content-typeapplication/grpcgrpc-status0…
///     fields  (0, 12, 28) (28, 39, 40) …          start, end of name, end of value
///
/// Who builds list after list keeps one and clears it, so that a field costs no allocation.
struct HTTP2FieldList: Equatable {
  private struct Field: Equatable {
    let start: Int
    let nameEnd: Int
    let valueEnd: Int
  }

  private var bytes: [UInt8] = []
  private var fields: [Field] = []

  var isEmpty: Bool { fields.isEmpty }
  var count: Int { fields.count }

  mutating func removeAll() {
    guard !isEmpty else { return }
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }

  mutating func append(_ name: StaticString, _ value: StaticString) {
    unsafe append(
      UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
      UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    unsafe name.withUnsafeBufferPointer { name in
      unsafe value.withUnsafeBufferPointer { value in unsafe append(name, value) }
    }
  }

  mutating func append(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: name)
    let nameEnd = bytes.count
    bytes.append(contentsOf: value)
    fields.append(Field(start: start, nameEnd: nameEnd, valueEnd: bytes.count))
  }

  /// Appends the first fields of another list, so many.
  mutating func append(_ other: HTTP2FieldList, upTo count: Int) {
    for field in other.fields[..<count] {
      append(other.bytes[field.start..<field.nameEnd], other.bytes[field.nameEnd..<field.valueEnd])
    }
  }

  /// Whether there is a field at this index, and is this one.
  func field(at index: Int, equals name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
    guard index < fields.count else { return false }
    let field = fields[index]
    let bytes = self.bytes.span
    return bytes.extracting(field.start..<field.nameEnd).equals(name)
      && bytes.extracting(field.nameEnd..<field.valueEnd).equals(value)
  }

  /// Lends each field in order.
  func forEach(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void) {
    let bytes = self.bytes.span
    for field in fields {
      body(
        bytes.extracting(field.start..<field.nameEnd),
        bytes.extracting(field.nameEnd..<field.valueEnd))
    }
  }
}

extension HTTP2FieldList {
  /// Lends the fields as nghttp2 wants them; it copies what it keeps.
  mutating func withNameValues<Result>(
    _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result
  ) -> Result {
    let fields = self.fields
    return unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: fields.count) {
      pairs in
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        guard let base = bytes.baseAddress else { preconditionFailure("an empty header block") }
        for (index, field) in fields.enumerated() {
          let pair = unsafe nghttp2_nv(
            name: base + field.start, value: base + field.nameEnd,
            namelen: field.nameEnd - field.start, valuelen: field.valueEnd - field.nameEnd,
            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
          unsafe pairs.initializeElement(at: index, to: pair)
        }
        return unsafe body(UnsafeBufferPointer(pairs))
      }
    }
  }
}

extension Span<UInt8> {
  /// Whether these bytes are that text.
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && starts(with: text)
  }

  /// Whether these bytes begin with that text.
  func starts(with text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return unsafe withUnsafeBufferPointer { bytes in
      // memcmp wants memory even where it compares none.
      guard let bytes = bytes.baseAddress else { return true }
      return unsafe memcmp(bytes, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
  }

  /// Whether these bytes are those.
  func equals(_ other: [UInt8]) -> Bool { equals(other.span) }

  /// Whether these bytes are those.
  func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count, count > 0 else { return count == other.count }
    return unsafe withUnsafeBufferPointer { bytes in
      unsafe other.withUnsafeBufferPointer { other in
        guard let bytes = bytes.baseAddress, let other = other.baseAddress else { return false }
        return unsafe memcmp(bytes, other, count) == 0
      }
    }
  }

  /// Lends each item of a list with commas, without the spaces before it.
  func forEachListed(_ body: (Span<UInt8>) -> Void) {
    var start = 0
    for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
      while start < index, self[start] == UInt8(ascii: " ") { start += 1 }
      body(extracting(start..<index))
      start = index + 1
    }
  }
}

extension String {
  /// The text of these bytes; what is not UTF-8 is replaced.
  init(_ bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
