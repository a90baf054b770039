import FoundationEssentials

/// Why a file cannot be used, in one sentence that names the file and the place in it.
package struct AccessFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence.
  package let description: String
}

/// The content of a file that is decoded as JSON.
func decodeFile<Value: Decodable>(_ path: String, as type: Value.Type) throws(AccessFault) -> Value
{
  guard let data = FileManager.default.contents(atPath: path) else {
    throw AccessFault(description: "\(path) cannot be read")
  }
  guard data.count <= Limits.fileBytes else {
    throw AccessFault(description: "\(path) is over \(Limits.fileBytes) bytes")
  }
  do {
    return try JSONDecoder().decode(type, from: data)
  } catch let DecodingError.dataCorrupted(context) {
    throw AccessFault(description: "\(path): \(place(context)): \(context.debugDescription)")
  } catch let DecodingError.keyNotFound(key, context) {
    throw AccessFault(description: "\(path): \(place(context)): \"\(key.stringValue)\" is missing")
  } catch let DecodingError.typeMismatch(_, context) {
    throw AccessFault(description: "\(path): \(place(context)): \(context.debugDescription)")
  } catch {
    throw AccessFault(description: "\(path): \(error)")
  }
}

/// "rules[2].allow", or "the file" for its outermost value.
private func place(_ context: DecodingError.Context) -> String {
  let path = context.codingPath.reduce(into: "") { path, key in
    if let index = key.intValue {
      path += "[\(index)]"
    } else {
      path += (path.isEmpty ? "" : ".") + key.stringValue
    }
  }
  return path.isEmpty ? "the file" : path
}
