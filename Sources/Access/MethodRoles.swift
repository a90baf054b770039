/// The role of each method of the contract. A method that is missing here is not served where access
/// is controlled.
package enum MethodRoles {
  /// Whom a method is for.
  package enum Audience: Equatable, Sendable {
    /// Whoever can connect: what asks for health has no identity.
    case everybody
    /// Callers who have this role.
    case role(Role)
  }

  /// By path: "/detect.v1.Detect/ListViolationEvents".
  package static let audiences: [String: Audience] = {
    var audiences: [String: Audience] = [:]
    for (service, methods, audience) in table {
      for method in methods { audiences["/\(service)/\(method)"] = audience }
    }
    return audiences
  }()

  private static let table: [(service: String, methods: [String], Audience)] = [
    (
      "detect.v1.Detect",
      [
        "DescribeSecurityProfile", "ListSecurityProfiles", "ValidateSecurityProfileBehaviors",
        "ListSecurityProfilesForTarget", "ListTargetsForSecurityProfile", "DescribeCustomMetric",
        "ListCustomMetrics", "DescribeDimension", "ListDimensions", "ListActiveViolations",
        "ListViolationEvents", "ExplainViolation", "WatchViolationEvents", "ListAlertDeliveries",
        "Backtest", "SuggestBehaviors",
      ], .role(.read)
    ),
    (
      "detect.v1.Detect",
      [
        "CreateSecurityProfile", "UpdateSecurityProfile", "DeleteSecurityProfile",
        "AttachSecurityProfile", "DetachSecurityProfile", "CreateCustomMetric",
        "UpdateCustomMetric", "DeleteCustomMetric", "CreateDimension", "UpdateDimension",
        "DeleteDimension", "PutVerificationStateOnViolation", "RedriveAlertDeliveries",
      ], .role(.administer)
    ),
    ("detect.v1.MetricIngestion", ["ListMetricValues"], .role(.read)),
    (
      "detect.v1.MetricIngestion", ["ReportMetrics", "PutMetricReports", "PutDeviceReport"],
      .role(.ingest)
    ),
    (
      "detect.v1.ThingRegistry",
      [
        "DescribeThing", "ListThings", "DescribeThingGroup", "ListThingGroups",
        "ListThingGroupsForThing", "ListThingsInThingGroup", "ListTagsForResource",
      ], .role(.read)
    ),
    (
      "detect.v1.ThingRegistry",
      [
        "CreateThing", "UpdateThing", "DeleteThing", "CreateThingGroup", "UpdateThingGroup",
        "DeleteThingGroup", "AddThingToThingGroup", "RemoveThingFromThingGroup",
        "UpdateThingGroupsForThing", "TagResource", "UntagResource",
      ], .role(.administer)
    ),
    ("grpc.health.v1.Health", ["Check", "Watch"], .everybody),
    ("grpc.reflection.v1.ServerReflection", ["ServerReflectionInfo"], .role(.read)),
    ("grpc.reflection.v1alpha.ServerReflection", ["ServerReflectionInfo"], .role(.read)),
  ]
}
