package import Detect

/// The operations of AWS IoT by method and path, as AWS's model binds them.
package struct Router: Sendable {
  typealias Handler = @Sendable (OperationRequest) async throws(AWSError) -> [UInt8]

  /// An operation and where it is.
  struct Route: Sendable {
    /// As in the model: "CreateSecurityProfile".
    let operation: String
    /// The method of the contract that does the same: its role and its rates are the operation's.
    let contractMethod: String
    let method: String
    /// The path between its slashes.
    let segments: [Segment]
    let handle: Handler
  }

  /// A part of a path.
  enum Segment: Sendable {
    case literal(String)
    case label(String)
  }

  private let routes: [Route]

  /// The operations of a service.
  ///
  /// - Parameter logFailure: called with the text of each internal failure, which no caller gets to see.
  package init(service: DetectService, logFailure: @escaping @Sendable (String) -> Void) {
    let backend = Backend(service: service, logFailure: logFailure)
    routes = Self.detect(backend)
  }

  /// The operation of a request, with the labels of its path; nil where there is none.
  ///
  /// - Parameter path: as it was sent, without the query.
  func route(_ method: String, _ path: Substring) throws(AWSError) -> (Route, [String: String])? {
    let sent = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for route in routes where route.method == method && route.segments.count == sent.count {
      if let labels = try route.labels(in: sent) { return (route, labels) }
    }
    return nil
  }

  private static func detect(_ backend: Backend) -> [Route] {
    let profiles = SecurityProfileOperations(backend: backend)
    return [
      Route(
        "CreateSecurityProfile", "POST /security-profiles/{securityProfileName}", profiles.create),
      Route(
        "DescribeSecurityProfile", "GET /security-profiles/{securityProfileName}",
        profiles.describe),
      Route(
        "UpdateSecurityProfile", "PATCH /security-profiles/{securityProfileName}", profiles.update),
      Route(
        "DeleteSecurityProfile", "DELETE /security-profiles/{securityProfileName}",
        profiles.delete),
      Route("ListSecurityProfiles", "GET /security-profiles", profiles.list),
      Route(
        "ValidateSecurityProfileBehaviors", "POST /security-profile-behaviors/validate",
        profiles.validateBehaviors),
    ]
  }
}

extension Router.Route {
  /// - Parameters:
  ///   - binding: method and path as the model writes them: "GET /things/{thingName}".
  ///   - service: the service of the contract that has a method of the operation's name.
  init(
    _ operation: String, _ binding: String, in service: String = "Detect",
    _ handle: @escaping Router.Handler
  ) {
    let parts = binding.split(separator: " ", maxSplits: 1)
    self.operation = operation
    contractMethod = "/detect.v1.\(service)/\(operation)"
    method = String(parts[0])
    segments = parts[1].split(separator: "/").map { segment in
      segment.hasPrefix("{")
        ? .label(String(segment.dropFirst().dropLast())) : .literal(String(segment))
    }
    self.handle = handle
  }

  /// The labels of a path that fits; nil for one that does not. An empty label fits nothing.
  fileprivate func labels(in sent: ArraySlice<Substring>) throws(AWSError) -> [String: String]? {
    var labels: [String: String] = [:]
    for (segment, part) in zip(segments, sent) {
      switch segment {
      case .literal(let text):
        guard part == text else { return nil }
      case .label(let name):
        guard !part.isEmpty else { return nil }
        labels[name] = try percentDecoded(part)
      }
    }
    return labels
  }
}
