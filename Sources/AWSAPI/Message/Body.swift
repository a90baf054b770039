internal import FoundationEssentials

/// Reads a body: a JSON object whose members are those of `Members`; members that it does not know are passed
/// over, as AWS does. No body at all is an object without members.
///
/// - Throws: InvalidRequestException for what is no JSON, for a member of another type, and for a text with
///   U+0000, which gRPC's texts cannot have either.
func decode<Members: Decodable>(
  _ bytes: [UInt8], as type: Members.Type
) throws(AWSError) -> Members {
  guard !escapesNull(bytes) else { throw .invalidRequest("texts should be without U+0000") }
  do {
    return try JSONDecoder().decode(type, from: bytes.isEmpty ? Data("{}".utf8) : Data(bytes))
  } catch let error as DecodingError {
    throw .invalidRequest(sentence(error))
  } catch let fault as MemberFault {
    throw .invalidRequest(fault.sentence)
  } catch {
    throw .invalidRequest("the body is not JSON")
  }
}

/// Whether a text in JSON has U+0000, which can only be there as an escape.
private func escapesNull(_ bytes: [UInt8]) -> Bool {
  var rest = bytes[...]
  while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
    rest = rest[(backslash + 1)...]
    if rest.starts(with: "u0000".utf8) { return true }
    // What is escaped may be a backslash itself.
    rest = rest.dropFirst()
  }
  return false
}

/// Writes an answer. Members are in the order of their names, so that equal answers are equal bytes.
func encode(_ answer: some Encodable) throws(AWSError) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return [UInt8](try encoder.encode(answer))
  } catch {
    // A number that JSON lacks. Every stored number is finite.
    throw .internalFailure
  }
}

/// The answer of an operation whose answer has no members.
let noMembers: [UInt8] = Array("{}".utf8)

/// A member that has the right type and is wrong all the same.
struct MemberFault: Error {
  let sentence: String

  /// - Parameters:
  ///   - text: what is wrong, to be read behind the member's path.
  ///   - decoder: stands at the member.
  init(_ text: String, at decoder: any Decoder) {
    sentence = "\(path(decoder.codingPath)) \(text)"
  }
}

/// Milliseconds since the epoch as a body has them: seconds with a fraction.
func timestamp(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1000 }

/// What is wrong with a body, with the path of the member at fault.
private func sentence(_ error: DecodingError) -> String {
  switch error {
  case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
    return "\(path(context.codingPath)) should be \(jsonName(of: type))"
  case .keyNotFound(let key, let context):
    return "\(path(context.codingPath + [key])) is required"
  case .dataCorrupted(let context):
    // The decoder does not say where a number is that no integer of ours can hold.
    return context.codingPath.isEmpty
      ? "the body is not JSON, or a number in it does not fit its member"
      : "\(path(context.codingPath)) is malformed"
  @unknown default:
    return "the body is malformed"
  }
}

private func jsonName(of type: Any.Type) -> String {
  switch type {
  case is String.Type: "a string"
  case is Bool.Type: "true or false"
  case is Int64.Type: "an integer"
  case is Double.Type: "a number"
  case is any JSONList.Type: "a list"
  default: "an object"
  }
}

/// What JSON writes in brackets.
private protocol JSONList {}
extension Array: JSONList {}

/// "behaviors[2].criteria", or "the body" for its outermost value.
private func path(_ keys: [any CodingKey]) -> String {
  let path = keys.reduce(into: "") { path, key in
    if let index = key.intValue {
      path += "[\(index)]"
    } else {
      path += (path.isEmpty ? "" : ".") + key.stringValue
    }
  }
  return path.isEmpty ? "the body" : path
}
