import CNghttp2

/// The fields of one header block, in order, in one piece of memory.
///
///     bytes   :methodPOST:path/x/ycontent-typeapplication/grpc…
///     fields  (0, 7, 11) (11, 16, 20) (20, …)      start, end of name, end of value
///
/// A session keeps one for the block it reads and one for the block it writes, and clears them
/// between blocks, so a header costs no allocation.
struct HTTP2FieldList {
  private struct Field {
    let start: Int
    let nameEnd: Int
    let valueEnd: Int
  }

  private var bytes: [UInt8] = []
  private var fields: [Field] = []
  /// Whether fields were left out because the list grew above its limit.
  private(set) var isTruncated = false

  /// The size as RFC 9113 section 6.5.2 counts it.
  var size: Int { bytes.count + 32 * fields.count }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    isTruncated = false
  }

  mutating func append(_ name: StaticString, _ value: StaticString) {
    unsafe append(
      UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
      UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  mutating func append(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: name)
    let nameEnd = bytes.count
    bytes.append(contentsOf: value)
    fields.append(Field(start: start, nameEnd: nameEnd, valueEnd: bytes.count))
  }

  /// Appends unless the list would grow above `limit`; then it drops this and every later field.
  mutating func append(
    _ name: some Collection<UInt8>, _ value: some Collection<UInt8>, limit: Int
  ) {
    guard !isTruncated, size + name.count + value.count + 32 <= limit else {
      isTruncated = true
      return
    }
    append(name, value)
  }

  /// Lends each field in order.
  func forEach<Failure>(
    _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let bytes = self.bytes.span
    for field in fields {
      try body(
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
    let text = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).span
    for index in text.indices where self[index] != text[index] { return false }
    return true
  }
}

extension String {
  /// The text of these bytes; what is not UTF-8 is replaced.
  init(_ bytes: Span<UInt8>) {
    self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
