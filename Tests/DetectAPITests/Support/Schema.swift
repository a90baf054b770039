@testable import DetectAPI

/// The contract as data, read from the descriptor set that the server serves: what tests need to write
/// and read messages by the names of their fields, without protobuf-c.
struct Schema: Sendable {
  struct Field: Sendable {
    var name = ""
    var number: UInt32 = 0
    /// As in `google.protobuf.FieldDescriptorProto.Type`.
    var type: UInt64 = 0
    /// The full name of a message's or enum's type.
    var typeName = ""
    var isRepeated = false
  }

  struct Method: Sendable {
    var request = ""
    var response = ""
  }

  /// Fields by the full name of their message.
  private(set) var messages: [String: [Field]] = [:]
  /// Numbers by the name of a value, by the full name of its enum.
  private(set) var enums: [String: [String: Int64]] = [:]
  /// Methods by path: "/detect.v1.Detect/ListViolationEvents".
  private(set) var methods: [String: Method] = [:]

  static let contract = Schema(DescriptorIndex.contract)

  private init(_ index: DescriptorIndex) {
    for file in index.files.values {
      let file = Wire(file.descriptor)
      let package = file.text(2)
      for message in file.messages(4) { addMessage(message, scope: package) }
      for type in file.messages(5) { addEnum(type, scope: package) }
      for service in file.messages(6) {
        for method in service.messages(2) {
          methods["/\(package).\(service.text(1))/\(method.text(1))"] = Method(
            request: String(method.text(2).dropFirst()),
            response: String(method.text(3).dropFirst()))
        }
      }
    }
  }

  private mutating func addMessage(_ message: Wire, scope: String) {
    let name = "\(scope).\(message.text(1))"
    messages[name] = message.messages(2).map { field in
      Field(
        name: field.text(1), number: UInt32(field.number(3)), type: field.number(5),
        typeName: String(field.text(6).dropFirst()), isRepeated: field.number(4) == 3)
    }
    for nested in message.messages(3) { addMessage(nested, scope: name) }
    for nested in message.messages(4) { addEnum(nested, scope: name) }
  }

  private mutating func addEnum(_ type: Wire, scope: String) {
    enums["\(scope).\(type.text(1))"] = Dictionary(
      uniqueKeysWithValues: type.messages(2).map { ($0.text(1), Int64($0.number(2))) })
  }
}

/// A serialized message, read by field number.
struct Wire {
  private let bytes: [UInt8]
  private(set) var members: [WireReader.Member] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var reader = WireReader(bytes, in: bytes.indices)
    while let member = try? reader.next() { members.append(member) }
  }

  /// The payloads of a length-delimited field.
  func payloads(_ field: UInt32) -> [[UInt8]] {
    members.compactMap { member in
      guard member.field == field, case .bytes(let range) = member.payload else { return nil }
      return Array(bytes[range])
    }
  }

  func messages(_ field: UInt32) -> [Wire] { payloads(field).map(Wire.init) }

  func text(_ field: UInt32) -> String {
    String(decoding: payloads(field).last ?? [], as: UTF8.self)
  }

  func number(_ field: UInt32) -> UInt64 {
    for member in members.reversed() where member.field == field {
      if case .varint(let number) = member.payload { return number }
    }
    return 0
  }

  /// The bits of a fixed field.
  func bits(_ range: Range<Int>) -> UInt64 {
    bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
