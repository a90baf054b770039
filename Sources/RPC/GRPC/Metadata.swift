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

  /// All pairs, in the order they were received or appended.
  package private(set) var entries: [Entry] = []
  private var appendedBytes = 0

  /// Equal if the pairs are, in the same order.
  package static func == (left: Metadata, right: Metadata) -> Bool {
    left.entries == right.entries
  }

  /// No metadata.
  package init() {}

  /// The first text value of this name (lower case), if there is one.
  package func first(named name: String) -> String? {
    for entry in entries where entry.name == name {
      if case .text(let text) = entry.value { return text }
    }
    return nil
  }

  /// The first value of this `-bin` name, if there is one.
  package func firstBinary(named name: String) -> [UInt8]? {
    for entry in entries where entry.name == name {
      if case .binary(let bytes) = entry.value { return bytes }
    }
    return nil
  }

  /// All values of this name, in order.
  package func all(named name: String) -> [Value] {
    entries.lazy.filter { $0.name == name }.map(\.value)
  }

  /// Appends a text value. Throws INTERNAL if the name is not a legal one for text, if the value
  /// has a character that is not printable ASCII, or above `Limits.maxMetadataBytes`.
  package mutating func append(_ name: String, _ text: String) throws(RPCStatus) {
    try check(name, isBinary: false, text.utf8.count)
    guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw RPCStatus(.internal, "metadata value of \(name) is not printable ASCII")
    }
    entries.append(Entry(name: name, value: .text(text)))
  }

  /// Appends bytes. Throws INTERNAL if the name is not a legal one that ends in `-bin`, or above
  /// `Limits.maxMetadataBytes`.
  package mutating func append(_ name: String, binary bytes: [UInt8]) throws(RPCStatus) {
    try check(name, isBinary: true, bytes.count * 4 / 3)
    entries.append(Entry(name: name, value: .binary(bytes)))
  }

  /// Appends a pair that was on the wire and so has passed HTTP/2's own rules.
  mutating func appendReceived(_ name: String, _ value: Value) {
    entries.append(Entry(name: name, value: value))
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
