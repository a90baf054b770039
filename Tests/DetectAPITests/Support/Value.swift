@testable import DetectAPI

/// A message, or a part of one, by the names of its fields. Enums are the names of their values, maps
/// are lists of entries with "key" and "value".
enum Value: Equatable, Sendable {
  case text(String)
  case number(Int64)
  case real(Double)
  case bytes([UInt8])
  case list([Value])
  case message([String: Value])

  /// A field of a message, or nil where it is not set.
  subscript(name: String) -> Value? {
    guard case .message(let fields) = self else { return nil }
    return fields[name]
  }

  /// An element of a list.
  subscript(index: Int) -> Value? {
    guard case .list(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral
{
  init(stringLiteral text: String) { self = .text(text) }
  init(integerLiteral number: Int64) { self = .number(number) }
  init(floatLiteral number: Double) { self = .real(number) }
  init(booleanLiteral flag: Bool) { self = .number(flag ? 1 : 0) }
  init(arrayLiteral elements: Value...) { self = .list(elements) }
  init(dictionaryLiteral fields: (String, Value)...) {
    self = .message(Dictionary(uniqueKeysWithValues: fields))
  }
}

// MARK: - To the wire

extension Value {
  /// The value serialized as a message of this type.
  func serialized(as type: String) -> [UInt8] {
    guard case .message(let values) = self, let fields = Schema.contract.messages[type] else {
      preconditionFailure("not a message of type \(type)")
    }
    precondition(
      Set(values.keys).isSubset(of: fields.map(\.name)),
      "\(type) has no field \(Set(values.keys).subtracting(fields.map(\.name)))")
    return fields.flatMap { field -> [UInt8] in
      guard let value = values[field.name] else { return [] }
      guard case .list(let elements) = value else { return value.member(field) }
      return elements.flatMap { $0.member(field) }
    }
  }

  private func member(_ field: Schema.Field) -> [UInt8] {
    switch (self, field.type) {
    case (.real(let number), _):
      let bits = number.bitPattern
      return Self.varint(UInt64(field.number) << 3 | 1)
        + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    case (.number(let number), _):
      return Self.varint(UInt64(field.number) << 3) + Self.varint(UInt64(bitPattern: number))
    case (.text(let name), 14):
      let number = Schema.contract.enums[field.typeName]?[name] ?? 0
      precondition(number > 0 || name.hasSuffix("UNSPECIFIED"), "no enum value \(name)")
      return Self.varint(UInt64(field.number) << 3) + Self.varint(UInt64(number))
    case (.text(let text), _): return Self.delimited(field, Array(text.utf8))
    case (.bytes(let bytes), _): return Self.delimited(field, bytes)
    default: return Self.delimited(field, serialized(as: field.typeName))
    }
  }

  private static func delimited(_ field: Schema.Field, _ bytes: [UInt8]) -> [UInt8] {
    varint(UInt64(field.number) << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  private static func varint(_ number: UInt64) -> [UInt8] {
    number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7f) | 0x80] + varint(number >> 7)
  }
}

// MARK: - From the wire

extension Value {
  /// Reads a serialized message of this type. What is not on the wire is not in the value.
  init(_ bytes: [UInt8], as type: String) {
    let wire = Wire(bytes)
    var values: [String: Value] = [:]
    for member in wire.members {
      guard let field = Schema.contract.messages[type]?.first(where: { $0.number == member.field })
      else { continue }
      let value = Value(member, of: wire, bytes, field)
      guard field.isRepeated else {
        values[field.name] = value
        continue
      }
      guard case .list(let before) = values[field.name, default: []] else { continue }
      if case .list(let packed) = value {
        values[field.name] = .list(before + packed)
      } else {
        values[field.name] = .list(before + [value])
      }
    }
    self = .message(values)
  }

  private init(
    _ member: WireReader.Member, of wire: Wire, _ bytes: [UInt8], _ field: Schema.Field
  ) {
    switch member.payload {
    case .varint(let number):
      let names = Schema.contract.enums[field.typeName] ?? [:]
      let name = names.first { $0.value == Int64(bitPattern: number) }?.key
      self = name.map(Value.text) ?? .number(Int64(bitPattern: number))
    case .fixed(let range): self = .real(Double(bitPattern: wire.bits(range)))
    case .bytes(let range):
      switch field.type {
      case 9: self = .text(String(decoding: bytes[range], as: UTF8.self))
      case 11: self = Value(Array(bytes[range]), as: field.typeName)
      case 12: self = .bytes(Array(bytes[range]))
      case 1:
        self = .list(
          stride(from: range.lowerBound, to: range.upperBound, by: 8).map {
            .real(Double(bitPattern: wire.bits($0..<$0 + 8)))
          })
      default: self = .list(Self.packedVarints(bytes[range]))
      }
    }
  }

  private static func packedVarints(_ bytes: ArraySlice<UInt8>) -> [Value] {
    var numbers: [Value] = []
    var (number, shift): (UInt64, UInt64) = (0, 0)
    for byte in bytes {
      number |= UInt64(byte & 0x7f) << shift
      shift += 7
      if byte < 0x80 {
        numbers.append(.number(Int64(bitPattern: number)))
        (number, shift) = (0, 0)
      }
    }
    return numbers
  }
}
