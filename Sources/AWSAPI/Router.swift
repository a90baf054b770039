package import Detect
package import DeviceDocuments

/// The operations of AWS IoT by method and path, as AWS's model binds them.
package struct Router: Sendable {
  typealias Handler = @Sendable (OperationRequest) async throws(AWSError) -> Content
  /// A handler whose answers are JSON.
  typealias JSONHandler = @Sendable (OperationRequest) async throws(AWSError) -> [UInt8]

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
  /// - Parameters:
  ///   - devices: the way of devices' documents into the same service.
  ///   - logFailure: called with the text of each internal failure, which no caller gets to see.
  package init(
    service: DetectService, devices: DeviceReporting,
    logFailure: @escaping @Sendable (String) -> Void
  ) {
    let backend = Backend(service: service, logFailure: logFailure)
    routes =
      Self.profiles(backend) + Self.metrics(backend) + Self.things(backend) + Self.groups(backend)
      + Self.documents(DeviceReportOperation(backend: backend, devices: devices))
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

  private static func profiles(_ backend: Backend) -> [Route] {
    let profiles = SecurityProfileOperations(backend: backend)
    let targets = TargetOperations(backend: backend)
    let profile = "/security-profiles/{securityProfileName}"
    return [
      Route("CreateSecurityProfile", "POST \(profile)", profiles.create),
      Route("DescribeSecurityProfile", "GET \(profile)", profiles.describe),
      Route("UpdateSecurityProfile", "PATCH \(profile)", profiles.update),
      Route("DeleteSecurityProfile", "DELETE \(profile)", profiles.delete),
      Route("ListSecurityProfiles", "GET /security-profiles", profiles.list),
      Route(
        "ValidateSecurityProfileBehaviors", "POST /security-profile-behaviors/validate",
        profiles.validateBehaviors),
      Route("AttachSecurityProfile", "PUT \(profile)/targets", targets.attach),
      Route("DetachSecurityProfile", "DELETE \(profile)/targets", targets.detach),
      Route("ListTargetsForSecurityProfile", "GET \(profile)/targets", targets.listTargets),
      Route(
        "ListSecurityProfilesForTarget", "GET /security-profiles-for-target",
        targets.listProfiles),
    ]
  }

  private static func metrics(_ backend: Backend) -> [Route] {
    let violations = ViolationOperations(backend: backend)
    let customMetrics = CustomMetricOperations(backend: backend)
    let dimensions = DimensionOperations(backend: backend)
    let metrics = MetricOperations(backend: backend)
    return [
      Route("ListActiveViolations", "GET /active-violations", violations.listActive),
      Route("ListViolationEvents", "GET /violation-events", violations.listEvents),
      Route(
        "PutVerificationStateOnViolation", "POST /violations/verification-state/{violationId}",
        violations.putVerificationState),
      Route("CreateCustomMetric", "POST /custom-metric/{metricName}", customMetrics.create),
      Route("DescribeCustomMetric", "GET /custom-metric/{metricName}", customMetrics.describe),
      Route("UpdateCustomMetric", "PATCH /custom-metric/{metricName}", customMetrics.update),
      Route("DeleteCustomMetric", "DELETE /custom-metric/{metricName}", customMetrics.delete),
      Route("ListCustomMetrics", "GET /custom-metrics", customMetrics.list),
      Route("CreateDimension", "POST /dimensions/{name}", dimensions.create),
      Route("DescribeDimension", "GET /dimensions/{name}", dimensions.describe),
      Route("UpdateDimension", "PATCH /dimensions/{name}", dimensions.update),
      Route("DeleteDimension", "DELETE /dimensions/{name}", dimensions.delete),
      Route("ListDimensions", "GET /dimensions", dimensions.list),
      Route(
        "ListMetricValues", "GET /metric-values", in: "MetricIngestion", metrics.listValues),
    ]
  }

  private static func things(_ backend: Backend) -> [Route] {
    let (things, tags) = (ThingOperations(backend: backend), TagOperations(backend: backend))
    return [
      ("CreateThing", "POST /things/{thingName}", things.create),
      ("DescribeThing", "GET /things/{thingName}", things.describe),
      ("UpdateThing", "PATCH /things/{thingName}", things.update),
      ("DeleteThing", "DELETE /things/{thingName}", things.delete),
      ("ListThings", "GET /things", things.list),
      ("TagResource", "POST /tags", tags.tag),
      ("UntagResource", "POST /untag", tags.untag),
      ("ListTagsForResource", "GET /tags", tags.list),
    ].map { Route($0, $1, in: "ThingRegistry", $2) }
  }

  private static func documents(_ reports: DeviceReportOperation) -> [Route] {
    DocumentFormat.allCases.map { format in
      Route(
        "PutDeviceReport", "POST /things/{thingName}/defender/metrics/\(format.rawValue)",
        in: "MetricIngestion",
        content: { request async throws(AWSError) in
          try await reports.put(format, request)
        })
    }
  }

  private static func groups(_ backend: Backend) -> [Route] {
    let groups = ThingGroupOperations(backend: backend)
    let members = MembershipOperations(backend: backend)
    let group = "/thing-groups/{thingGroupName}"
    return [
      ("CreateThingGroup", "POST \(group)", groups.create),
      ("DescribeThingGroup", "GET \(group)", groups.describe),
      ("UpdateThingGroup", "PATCH \(group)", groups.update),
      ("DeleteThingGroup", "DELETE \(group)", groups.delete),
      ("ListThingGroups", "GET /thing-groups", groups.list),
      ("ListThingGroupsForThing", "GET /things/{thingName}/thing-groups", groups.listForThing),
      ("ListThingsInThingGroup", "GET \(group)/things", members.listThings),
      ("AddThingToThingGroup", "PUT /thing-groups/addThingToThingGroup", members.add),
      (
        "RemoveThingFromThingGroup", "PUT /thing-groups/removeThingFromThingGroup", members.remove
      ),
      (
        "UpdateThingGroupsForThing", "PUT /thing-groups/updateThingGroupsForThing", members.update
      ),
    ].map { Route($0, $1, in: "ThingRegistry", $2) }
  }
}

extension Router.Route {
  /// - Parameters:
  ///   - binding: method and path as the model writes them: "GET /things/{thingName}".
  ///   - service: the service of the contract that has a method of the operation's name.
  init(
    _ operation: String, _ binding: String, in service: String = "Detect",
    _ handle: @escaping Router.JSONHandler
  ) {
    self.init(
      operation, binding, in: service,
      content: { request async throws(AWSError) in
        Content(body: try await handle(request))
      })
  }

  /// The same of an operation that answers in another way.
  init(
    _ operation: String, _ binding: String, in service: String, content: @escaping Router.Handler
  ) {
    let parts = binding.split(separator: " ", maxSplits: 1)
    self.operation = operation
    contractMethod = "/detect.v1.\(service)/\(operation)"
    method = String(parts[0])
    segments = parts[1].split(separator: "/").map { segment in
      segment.hasPrefix("{")
        ? .label(String(segment.dropFirst().dropLast())) : .literal(String(segment))
    }
    handle = content
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
