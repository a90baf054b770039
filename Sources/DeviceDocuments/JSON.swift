internal import CJansson
internal import Detect

// Jansson's handle of a value. Each function that makes one gives it to its caller, who ends it; what is
// read from inside another value belongs to that value.
private typealias Handle = UnsafeMutablePointer<json_t>

extension DocumentValue {
  /// Decodes a JSON text (RFC 8259). Jansson bounds the depth while it reads; it refuses two members of one
  /// name, integers beyond 64 bits and text that is not UTF-8.
  init(json bytes: [UInt8]) throws(DocumentFault) {
    guard !bytes.isEmpty else { throw DocumentFault("not JSON: the document is empty") }
    var error = json_error_t()
    let root = unsafe bytes.withUnsafeBytes { bytes in
      let text = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
      return unsafe json_loadb(text, bytes.count, cjansson_decoding, &error)
    }
    guard let root = unsafe root else {
      let reason = quoted(unsafe String(cString: cjansson_reason(&error)))
      throw DocumentFault("not JSON: \(reason), in line \(error.line)")
    }
    defer { unsafe json_decref(root) }
    var budget = ValueBudget()
    self = try unsafe Self.value(of: root, depth: 0, &budget)
  }

  private static func value(
    of json: Handle, depth: Int, _ budget: inout ValueBudget
  ) throws(DocumentFault) -> DocumentValue {
    try budget.spend(depth: depth)
    switch unsafe json.pointee.type {
    case JSON_OBJECT: return .object(try unsafe members(of: json, depth: depth + 1, &budget))
    case JSON_ARRAY: return .list(try unsafe elements(of: json, depth: depth + 1, &budget))
    case JSON_STRING:
      return .text(unsafe json_string_value(json).map { unsafe String(cString: $0) } ?? "")
    case JSON_INTEGER: return .number(.integer(Int64(unsafe json_integer_value(json))))
    case JSON_REAL: return .number(.real(unsafe json_real_value(json)))
    case JSON_TRUE: return .bool(true)
    case JSON_FALSE: return .bool(false)
    default: return .null
    }
  }

  private static func members(
    of json: Handle, depth: Int, _ budget: inout ValueBudget
  ) throws(DocumentFault) -> [String: DocumentValue] {
    var members: [String: DocumentValue] = [:]
    var position = unsafe json_object_iter(json)
    while let member = unsafe position, let name = unsafe json_object_iter_key(member),
      let value = unsafe json_object_iter_value(member)
    {
      members[unsafe String(cString: name)] = try unsafe Self.value(
        of: value, depth: depth, &budget)
      unsafe position = json_object_iter_next(json, member)
    }
    return members
  }

  private static func elements(
    of json: Handle, depth: Int, _ budget: inout ValueBudget
  ) throws(DocumentFault) -> [DocumentValue] {
    var elements: [DocumentValue] = []
    for index in 0..<(unsafe json_array_size(json)) {
      guard let element = unsafe json_array_get(json, index) else { break }
      elements.append(try unsafe value(of: element, depth: depth, &budget))
    }
    return elements
  }

  /// The shortest JSON text. NaN and the infinities, which JSON does not have, become null.
  var json: [UInt8] {
    let root = unsafe handle
    defer { unsafe json_decref(root) }
    let count = unsafe json_dumpb(root, nil, 0, cjansson_encoding)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
      unsafe bytes.withMemoryRebound(to: CChar.self) { text in
        written = unsafe json_dumpb(root, text.baseAddress, count, cjansson_encoding)
      }
    }
  }

  private var handle: Handle? {
    switch self {
    case .null: return unsafe json_null()
    case .bool(let bool): return unsafe bool ? json_true() : json_false()
    case .number(.integer(let integer)): return unsafe json_integer(json_int_t(integer))
    case .number(.real(let real)): return unsafe json_real(real) ?? json_null()
    case .text(let text):
      return unsafe text.withCString { unsafe json_stringn($0, text.utf8.count) }
    case .list(let elements):
      let list = unsafe json_array()
      for element in elements { unsafe json_array_append_new(list, element.handle) }
      return unsafe list
    case .object(let members):
      let object = unsafe json_object()
      for (name, value) in members { unsafe json_object_set_new(object, name, value.handle) }
      return unsafe object
    }
  }
}
