internal import CDetectProto

/// The files of the contract and what each declares, from the descriptor set that the generator
/// embeds.
///
/// A descriptor set is a `google.protobuf.FileDescriptorSet`. Few of its fields matter here, so they
/// are read from the wire by number:
///
///     FileDescriptorSet    file = 1
///     FileDescriptorProto  name = 1, package = 2, dependency = 3, message = 4, enum = 5, service = 6
///     DescriptorProto      name = 1, field = 2, nested message = 3, nested enum = 4, oneof = 8
///     EnumDescriptorProto  name = 1, value = 2
///     ServiceDescriptorProto  name = 1, method = 2
struct DescriptorIndex: Sendable {
  /// One file.
  struct File: Sendable {
    /// The serialized `FileDescriptorProto`.
    var descriptor: [UInt8]
    /// Names of the files it imports.
    var dependencies: [String] = []
  }

  /// The files by name: "detect/v1/behavior.proto".
  private(set) var files: [String: File] = [:]
  /// The name of the file that declares a full name: "detect.v1.Behavior.criteria".
  private(set) var fileOfSymbol: [String: String] = [:]
  /// The full names of the services.
  private(set) var services: [String] = []

  /// The contract of this server.
  static let contract = DescriptorIndex(embeddedSet())

  /// Reads a serialized `FileDescriptorSet`.
  init(_ set: [UInt8]) {
    for (field, range) in members(of: set, in: set.indices) where field == 1 {
      addFile(set, range)
    }
  }

  /// The file and all it imports, directly or not; the file first, each once.
  func descriptors(ofFile name: String) -> [[UInt8]] {
    var order = [name]
    var seen: Set = [name]
    var next = 0
    while next < order.count {
      let dependencies = files[order[next]]?.dependencies ?? []
      order += dependencies.filter { seen.insert($0).inserted }
      next += 1
    }
    return order.compactMap { files[$0]?.descriptor }
  }

  private mutating func addFile(_ set: [UInt8], _ range: Range<Int>) {
    let name = name(set, range)
    var file = File(descriptor: Array(set[range]))
    var package = ""
    for (field, range) in members(of: set, in: range) {
      switch field {
      case 2: package = String(decoding: set[range], as: UTF8.self)
      case 3: file.dependencies.append(String(decoding: set[range], as: UTF8.self))
      case 4: addMessage(set, range, scope: package, file: name)
      case 5: addEnum(set, range, scope: package, file: name)
      case 6:
        services.append(declare(set, range, scope: package, file: name))
        addMembers(set, range, fields: [2], scope: services.last ?? "", file: name)
      default: continue
      }
    }
    files[name] = file
  }

  private mutating func addMessage(
    _ set: [UInt8], _ range: Range<Int>, scope: String, file: String
  ) {
    let message = declare(set, range, scope: scope, file: file)
    addMembers(set, range, fields: [2, 8], scope: message, file: file)
    for (field, range) in members(of: set, in: range) {
      switch field {
      case 3: addMessage(set, range, scope: message, file: file)
      case 4: addEnum(set, range, scope: message, file: file)
      default: continue
      }
    }
  }

  /// Declares an enum and its values, which are siblings of their enum in the language.
  private mutating func addEnum(
    _ set: [UInt8], _ range: Range<Int>, scope: String, file: String
  ) {
    _ = declare(set, range, scope: scope, file: file)
    addMembers(set, range, fields: [2], scope: scope, file: file)
  }

  private mutating func addMembers(
    _ set: [UInt8], _ range: Range<Int>, fields: Set<UInt32>, scope: String, file: String
  ) {
    for (field, range) in members(of: set, in: range) where fields.contains(field) {
      _ = declare(set, range, scope: scope, file: file)
    }
  }

  /// Notes the full name of a declaration, and returns it.
  private mutating func declare(
    _ set: [UInt8], _ range: Range<Int>, scope: String, file: String
  ) -> String {
    let symbol = scope.isEmpty ? name(set, range) : "\(scope).\(name(set, range))"
    fileOfSymbol[symbol] = file
    return symbol
  }
}

/// Field 1 of any descriptor.
private func name(_ set: [UInt8], _ range: Range<Int>) -> String {
  guard let (_, name) = members(of: set, in: range).first(where: { $0.0 == 1 }) else { return "" }
  return String(decoding: set[name], as: UTF8.self)
}

/// The length-delimited members of a descriptor, by field number.
private func members(of set: [UInt8], in range: Range<Int>) -> [(UInt32, Range<Int>)] {
  var reader = WireReader(set, in: range)
  var members: [(UInt32, Range<Int>)] = []
  while let member = try? reader.next() {
    if case .bytes(let range) = member.payload { members.append((member.field, range)) }
  }
  return members
}

private func embeddedSet() -> [UInt8] {
  var size = 0
  let set = unsafe detect_descriptor_set(&size)
  return unsafe Array(UnsafeBufferPointer(start: set, count: size))
}
