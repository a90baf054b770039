/// Creates a security profile.
///
/// A repetition succeeds, and changes nothing, as long as the profile still is what is asked for, its
/// tags included.
package struct CreateSecurityProfile: Operation, Hashable {
  package static let name = "CreateSecurityProfile"

  package var securityProfileName: String
  package var securityProfileDescription: String?
  package var behaviors: [Behavior]
  package var alertTargets: [String: AlertTarget]
  /// The older list of metrics to retain; both lists together are one.
  package var additionalMetricsToRetain: [String]
  package var additionalMetricsToRetainV2: [MetricToRetain]
  package var tags: [Tag]
  package var metricsExportConfig: MetricsExportConfig?

  package init(
    securityProfileName: String, securityProfileDescription: String? = nil,
    behaviors: [Behavior] = [], alertTargets: [String: AlertTarget] = [:],
    additionalMetricsToRetain: [String] = [],
    additionalMetricsToRetainV2: [MetricToRetain] = [], tags: [Tag] = [],
    metricsExportConfig: MetricsExportConfig? = nil
  ) {
    self.securityProfileName = securityProfileName
    self.securityProfileDescription = securityProfileDescription
    self.behaviors = behaviors
    self.alertTargets = alertTargets
    self.additionalMetricsToRetain = additionalMetricsToRetain
    self.additionalMetricsToRetainV2 = additionalMetricsToRetainV2
    self.tags = tags
    self.metricsExportConfig = metricsExportConfig
  }

  /// Creates the profile, or finds it created. The response names it.
  ///
  /// - Throws: `invalidRequest`; `alreadyExists` where the name is taken by a profile with other content;
  ///   `limitExceeded` past the number of profiles there may be.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<SecurityProfileIdentifier> {
    let profile = try profile(in: catalog, at: moment)
    let tags = tags.sorted { $0.key < $1.key }
    let identifier = SecurityProfileIdentifier(profile.name, account: catalog.account)
    if let existing = catalog.profiles[profile.name] {
      guard existing.hasContent(of: profile), tags == catalog.tags[profile.resource] ?? [] else {
        throw .alreadyExists(
          "security profile \(profile.name) already exists with different content",
          resourceID: profile.name, resourceARN: identifier.arn)
      }
      return Decision(identifier)
    }
    guard catalog.profiles.count < Limits.securityProfiles else {
      throw .limitExceeded("there are \(Limits.securityProfiles) security profiles already")
    }
    let tagging: [Change] =
      tags.isEmpty ? [] : [.putTags(resource: profile.resource, tags)]
    return Decision(identifier, changes: [.putProfile(profile)] + tagging)
  }

  /// The profile that is asked for.
  private func profile(
    in catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> SecurityProfile {
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    try FieldCheck.description(securityProfileDescription, field: "securityProfileDescription")
    let rules = try BehaviorValidation(
      behaviors, of: catalog.metrics, settings: catalog.settings
    ).checkedRules()
    try ProfileCheck.alertTargets(alertTargets)
    let retained = try ProfileCheck.metricsToRetain(
      additionalMetricsToRetain, additionalMetricsToRetainV2, of: catalog.metrics)
    try FieldCheck.tags(tags)
    try ProfileCheck.metricsExportConfig(metricsExportConfig)
    let description = securityProfileDescription ?? ""
    return SecurityProfile(
      name: securityProfileName, description: description.isEmpty ? nil : description,
      behaviors: behaviors, alertTargets: alertTargets, additionalMetricsToRetain: retained,
      metricsExportConfig: metricsExportConfig, version: 1, creationDate: moment.now,
      lastModifiedDate: moment.now, number: catalog.unusedProfileNumber,
      behaviorNumbers: rules.indices.map { UInt32($0) + 1 },
      nextBehaviorNumber: UInt32(rules.count) + 1)
  }
}

extension SecurityProfile {
  /// Whether what users write is the same in both; the times, versions and numbers may differ.
  fileprivate func hasContent(of other: SecurityProfile) -> Bool {
    description == other.description && behaviors == other.behaviors
      && alertTargets == other.alertTargets
      && additionalMetricsToRetain == other.additionalMetricsToRetain
      && metricsExportConfig == other.metricsExportConfig
  }
}
