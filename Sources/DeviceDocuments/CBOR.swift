internal import Detect

extension DocumentValue {
  /// Decodes one CBOR item (RFC 8949) and nothing behind it. Takes what JSON could say as well: keys are
  /// text and occur once, tags are passed over, and there are no byte strings.
  init(cbor bytes: [UInt8]) throws(DocumentFault) {
    var reader = CBORReader(bytes)
    self = try reader.value(depth: 0)
    guard reader.isAtEnd else { throw reader.fault("the document ends before this") }
  }

  /// The item in CBOR, members by name, every length definite.
  var cbor: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }
}

/// The first bytes of every item:
///
///      7    5 4       0
///     [ kind │ detail  ]   0...23 is the argument itself; 24...27: it follows in 1, 2, 4 or 8 bytes;
///                          31: there is none, and a break ends the item
private enum CBORKind: UInt8 {
  case unsigned, negative, bytes, text, list, object, tag, simple
}

private let breakByte: UInt8 = 0xff

// MARK: - Decoding

/// A place in bytes of CBOR. Its work and its memory are bounded by the bytes that there are, not by the
/// lengths that they claim.
private struct CBORReader {
  private let bytes: [UInt8]
  private var position = 0
  private var budget = ValueBudget()

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  func fault(_ reason: String) -> DocumentFault {
    DocumentFault("not CBOR: \(reason), at byte \(position)")
  }

  mutating func value(depth: Int) throws(DocumentFault) -> DocumentValue {
    try budget.spend(depth: depth)
    let head = try head()
    switch head.kind {
    case .unsigned: return .number(.integer(try integer(head)))
    case .negative: return .number(.integer(~(try integer(head))))
    case .text: return .text(try text(head))
    case .list: return .list(try elements(head, depth: depth + 1))
    case .object: return .object(try members(head, depth: depth + 1))
    case .simple: return try simple(head)
    case .tag:
      guard head.argument != nil else { throw fault("a tag without a number") }
      return try value(depth: depth + 1)
    case .bytes: throw fault("a byte string, which no report has")
    }
  }

  private struct Head {
    var kind: CBORKind
    var detail: UInt8
    /// Nil for an item of indefinite length.
    var argument: UInt64?
  }

  private mutating func head() throws(DocumentFault) -> Head {
    let byte = try next()
    position += 1
    // Three bits have eight values, and so has the enumeration.
    let kind = CBORKind(rawValue: byte >> 5) ?? .simple
    let detail = byte & 31
    switch detail {
    case 0...23: return Head(kind: kind, detail: detail, argument: UInt64(detail))
    case 24...27:
      let argument = try take(1 << (detail - 24)).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Head(kind: kind, detail: detail, argument: argument)
    case 31: return Head(kind: kind, detail: detail, argument: nil)
    default: throw fault("a first byte that means nothing")
    }
  }

  /// The byte at this place, which stays there.
  private func next() throws(DocumentFault) -> UInt8 {
    guard position < bytes.count else { throw fault("it ends too soon") }
    return bytes[position]
  }

  private mutating func take(_ count: UInt64) throws(DocumentFault) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw fault("it ends too soon") }
    defer { position += Int(count) }
    return bytes[position...].prefix(Int(count))
  }

  private mutating func integer(_ head: Head) throws(DocumentFault) -> Int64 {
    guard let argument = head.argument, let integer = Int64(exactly: argument) else {
      throw fault("an integer beyond 64 bits")
    }
    return integer
  }

  /// One text, or the chunks of one up to the break. Each chunk is whole characters.
  private mutating func text(_ head: Head) throws(DocumentFault) -> String {
    if let count = head.argument {
      guard let text = String(validating: try take(count), as: UTF8.self) else {
        throw fault("a text that is not UTF-8")
      }
      return text
    }
    var text = ""
    while try !takeBreak() {
      let chunk = try self.head()
      guard chunk.kind == .text, chunk.argument != nil else {
        throw fault("a chunk of a text that is none")
      }
      text += try self.text(chunk)
    }
    return text
  }

  private mutating func elements(
    _ head: Head, depth: Int
  ) throws(DocumentFault) -> [DocumentValue] {
    var elements: [DocumentValue] = []
    while try isMore(of: head, after: elements.count) {
      elements.append(try value(depth: depth))
    }
    return elements
  }

  private mutating func members(
    _ head: Head, depth: Int
  ) throws(DocumentFault) -> [String: DocumentValue] {
    var members: [String: DocumentValue] = [:]
    while try isMore(of: head, after: members.count) {
      let key = try self.head()
      guard key.kind == .text else { throw fault("a key that is not text") }
      let name = try text(key)
      guard members.updateValue(try value(depth: depth), forKey: name) == nil else {
        throw fault("two members \(quoted(name))")
      }
    }
    return members
  }

  private mutating func isMore(of head: Head, after count: Int) throws(DocumentFault) -> Bool {
    guard let all = head.argument else { return try !takeBreak() }
    return count < all
  }

  private mutating func takeBreak() throws(DocumentFault) -> Bool {
    guard try next() == breakByte else { return false }
    position += 1
    return true
  }

  private func simple(_ head: Head) throws(DocumentFault) -> DocumentValue {
    switch (head.detail, head.argument) {
    case (20, _): return .bool(false)
    case (21, _): return .bool(true)
    // The second is "undefined", which is no value either.
    case (22, _), (23, _): return .null
    case (25, let bits?): return .number(.real(Double(Float16(bitPattern: UInt16(bits)))))
    case (26, let bits?): return .number(.real(Double(Float(bitPattern: UInt32(bits)))))
    case (27, let bits?): return .number(.real(Double(bitPattern: bits)))
    case (31, _): throw fault("a break where none belongs")
    default: throw fault("a simple value that has no meaning")
    }
  }
}

// MARK: - Encoding

extension DocumentValue {
  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(0xf6)
    case .bool(let bool): bytes.append(bool ? 0xf5 : 0xf4)
    case .number(.integer(let integer)):
      let isNegative = integer < 0
      Self.write(
        isNegative ? .negative : .unsigned, UInt64(isNegative ? ~integer : integer), to: &bytes)
    case .number(.real(let real)):
      bytes.append(0xfb)
      bytes += real.bitPattern.bigEndianBytes
    case .text(let text):
      Self.write(.text, UInt64(text.utf8.count), to: &bytes)
      bytes += text.utf8
    case .list(let elements):
      Self.write(.list, UInt64(elements.count), to: &bytes)
      for element in elements { element.write(to: &bytes) }
    case .object(let members):
      Self.write(.object, UInt64(members.count), to: &bytes)
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        DocumentValue.text(name).write(to: &bytes)
        value.write(to: &bytes)
      }
    }
  }

  /// The first bytes of an item, as few as hold the argument.
  private static func write(_ kind: CBORKind, _ argument: UInt64, to bytes: inout [UInt8]) {
    let following: Int
    switch argument {
    case ..<24:
      bytes.append(kind.rawValue << 5 | UInt8(argument))
      return
    case ...0xff: following = 1
    case ...0xffff: following = 2
    case ...0xffff_ffff: following = 4
    default: following = 8
    }
    bytes.append(kind.rawValue << 5 | UInt8(24 + following.trailingZeroBitCount))
    bytes += argument.bigEndianBytes.suffix(following)
  }
}

extension UInt64 {
  fileprivate var bigEndianBytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) }
  }
}
