/// Custom metadata of a call: (name, value) pairs in order, names in lower case and repeatable.
///
/// A name that ends in `-bin` has bytes for a value (base64 on the wire), any other has printable
/// ASCII text. Names that belong to the protocol (`:path`, `grpc-…`, `content-type`, `te`) never
/// appear here.
package struct Metadata: Sendable, Equatable {
  /// A value: text, or bytes if the name ends in `-bin`.
  package enum Value: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
  }

  /// One pair.
  package struct Entry: Sendable, Equatable {
    /// Lower case: `0-9 a-z _ - .`
    package let name: String
    /// Text, or bytes if `name` ends in `-bin`.
    package let value: Value
  }

  /// The pairs as they are on the wire, which is all that most handlers need of them.
  private(set) var fields = HTTP2FieldList()
  private var appendedBytes = 0

  /// Equal if the pairs are, in the same order.
  package static func == (left: Metadata, right: Metadata) -> Bool {
    left.fields == right.fields
  }

  /// No metadata.
  package init() {}

  /// Pairs that were on the wire, and so have passed HTTP/2's own rules and `isBase64`.
  init(received fields: HTTP2FieldList) {
    self.fields = fields
  }

  /// Whether there are no pairs.
  package var isEmpty: Bool { fields.isEmpty }

  /// All pairs, in the order they were received or appended.
  package var entries: [Entry] {
    var entries: [Entry] = []
    fields.forEach { name, value in
      entries.append(Entry(name: String(name), value: Self.value(value, of: name)))
    }
    return entries
  }

  /// The first text value of this name (lower case), if there is one.
  package func first(named name: String) -> String? {
    if case .text(let text) = all(named: name).first { text } else { nil }
  }

  /// The first value of this `-bin` name, if there is one.
  package func firstBinary(named name: String) -> [UInt8]? {
    if case .binary(let bytes) = all(named: name).first { bytes } else { nil }
  }

  /// All values of this name, in order.
  package func all(named wanted: String) -> [Value] {
    var values: [Value] = []
    let wanted = Array(wanted.utf8)
    fields.forEach { name, value in
      if name.equals(wanted) { values.append(Self.value(value, of: name)) }
    }
    return values
  }

  /// Appends a text value. Throws INTERNAL if the name is not a legal one for text, if the value
  /// has a character that is not printable ASCII, or above `Limits.maxMetadataBytes`.
  package mutating func append(_ name: String, _ text: String) throws(RPCStatus) {
    try check(name, isBinary: false, text.utf8.count)
    guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw RPCStatus(.internal, "metadata value of \(name) is not printable ASCII")
    }
    fields.append(name.utf8, text.utf8)
  }

  /// Appends bytes. Throws INTERNAL if the name is not a legal one that ends in `-bin`, or above
  /// `Limits.maxMetadataBytes`.
  package mutating func append(_ name: String, binary bytes: [UInt8]) throws(RPCStatus) {
    try check(name, isBinary: true, bytes.count * 4 / 3)
    fields.append(name.utf8, Base64.encode(bytes))
  }

  private static func value(_ value: Span<UInt8>, of name: Span<UInt8>) -> Value {
    guard isBinary(name) else { return .text(String(value)) }
    return .binary(Base64.decode(value) ?? [])
  }

  /// Whether values of this name are bytes.
  static func isBinary(_ name: Span<UInt8>) -> Bool {
    name.count >= 4 && name.extracting(last: 4).equals("-bin")
  }

  private mutating func check(
    _ name: String, isBinary: Bool, _ valueBytes: Int
  ) throws(RPCStatus) {
    let isLegal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isLegal, !name.isEmpty, !Self.isReserved(name), name.hasSuffix("-bin") == isBinary else {
      throw RPCStatus(.internal, "not a legal metadata name: \(name)")
    }
    appendedBytes += name.utf8.count + valueBytes + 32
    guard appendedBytes <= Limits.maxMetadataBytes else {
      throw RPCStatus(.internal, "response metadata above \(Limits.maxMetadataBytes) bytes")
    }
  }

  /// Whether the protocol, HTTP/2 or gRPC, owns this name.
  static func isReserved(_ name: String) -> Bool {
    switch name {
    case "te", "content-type", "connection", "host", "upgrade", "transfer-encoding",
      "keep-alive", "proxy-connection":
      true
    default: name.hasPrefix("grpc-") || name.hasPrefix(":")
    }
  }
}
