internal import Access

/// What an operation gets of a request: the labels of its path, the members of its query, its body, and
/// what its caller may do.
struct OperationRequest: Sendable {
  /// The parts of the path that the operation's URI names, decoded.
  var labels: [String: String]
  var query: Query
  var body: [UInt8]
  var grants: Grants

  /// A part of the path. The operation's own URI has it, or the request would not have come here.
  func label(_ name: String) -> String {
    guard let value = labels[name] else {
      preconditionFailure("the URI of this operation has no label \(name)")
    }
    return value
  }

  /// The members of the body.
  func members<Members: Decodable>(as type: Members.Type) throws(AWSError) -> Members {
    try decode(body, as: type)
  }
}
