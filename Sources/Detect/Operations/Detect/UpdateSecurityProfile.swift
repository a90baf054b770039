/// Changes a security profile and adds 1 to its version, even where nothing is different afterwards
/// (evidence.md U32).
///
/// What is not given stays; a list that is given replaces the whole list. An empty list changes nothing:
/// the delete flags clear.
package struct UpdateSecurityProfile: Operation, Hashable {
  package static let name = "UpdateSecurityProfile"

  package var securityProfileName: String
  /// Nil keeps the description, the empty text removes it.
  package var securityProfileDescription: String?
  package var behaviors: [Behavior]
  package var alertTargets: [String: AlertTarget]
  /// The older list of metrics to retain; both lists together are one.
  package var additionalMetricsToRetain: [String]
  package var additionalMetricsToRetainV2: [MetricToRetain]
  package var deleteBehaviors: Bool
  package var deleteAlertTargets: Bool
  package var deleteAdditionalMetricsToRetain: Bool
  /// Nil updates whichever version is there.
  package var expectedVersion: Int64?
  package var metricsExportConfig: MetricsExportConfig?
  package var deleteMetricsExportConfig: Bool

  package init(
    securityProfileName: String, securityProfileDescription: String? = nil,
    behaviors: [Behavior] = [], alertTargets: [String: AlertTarget] = [:],
    additionalMetricsToRetain: [String] = [],
    additionalMetricsToRetainV2: [MetricToRetain] = [], deleteBehaviors: Bool = false,
    deleteAlertTargets: Bool = false, deleteAdditionalMetricsToRetain: Bool = false,
    expectedVersion: Int64? = nil, metricsExportConfig: MetricsExportConfig? = nil,
    deleteMetricsExportConfig: Bool = false
  ) {
    self.securityProfileName = securityProfileName
    self.securityProfileDescription = securityProfileDescription
    self.behaviors = behaviors
    self.alertTargets = alertTargets
    self.additionalMetricsToRetain = additionalMetricsToRetain
    self.additionalMetricsToRetainV2 = additionalMetricsToRetainV2
    self.deleteBehaviors = deleteBehaviors
    self.deleteAlertTargets = deleteAlertTargets
    self.deleteAdditionalMetricsToRetain = deleteAdditionalMetricsToRetain
    self.expectedVersion = expectedVersion
    self.metricsExportConfig = metricsExportConfig
    self.deleteMetricsExportConfig = deleteMetricsExportConfig
  }

  /// Changes the profile and describes it.
  ///
  /// - Throws: `invalidRequest`; `notFound`; `versionConflict`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<DescribeSecurityProfile.Response> {
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    try FieldCheck.description(securityProfileDescription, field: "securityProfileDescription")
    try checkFlags()
    let rules = try BehaviorValidation(
      behaviors, of: catalog.metrics, settings: catalog.settings
    ).checkedRules()
    try ProfileCheck.alertTargets(alertTargets)
    let retained = try ProfileCheck.metricsToRetain(
      additionalMetricsToRetain, additionalMetricsToRetainV2, of: catalog.metrics)
    try ProfileCheck.metricsExportConfig(metricsExportConfig)

    var profile = try catalog.profile(named: securityProfileName)
    try Catalog.check(expectedVersion: expectedVersion, stored: profile.version)
    if let securityProfileDescription {
      profile.description =
        securityProfileDescription.isEmpty ? nil : securityProfileDescription
    }
    if deleteBehaviors || !behaviors.isEmpty {
      profile.replaceBehaviors(with: behaviors, rules, in: catalog)
    }
    if deleteAlertTargets || !alertTargets.isEmpty { profile.alertTargets = alertTargets }
    if deleteAdditionalMetricsToRetain || !retained.isEmpty {
      profile.additionalMetricsToRetain = retained
    }
    if deleteMetricsExportConfig || metricsExportConfig != nil {
      profile.metricsExportConfig = metricsExportConfig
    }
    profile.version += 1
    profile.lastModifiedDate = moment.now
    return Decision(
      DescribeSecurityProfile.Response(profile, account: catalog.account),
      changes: [.putProfile(profile)])
  }

  /// A flag says that there is nothing; it may not stand beside something.
  private func checkFlags() throws(DetectError) {
    let hasRetained = !additionalMetricsToRetain.isEmpty || !additionalMetricsToRetainV2.isEmpty
    let flags = [
      ("deleteBehaviors", deleteBehaviors, "behaviors", !behaviors.isEmpty),
      ("deleteAlertTargets", deleteAlertTargets, "alertTargets", !alertTargets.isEmpty),
      (
        "deleteAdditionalMetricsToRetain", deleteAdditionalMetricsToRetain,
        "additionalMetricsToRetain", hasRetained
      ),
      (
        "deleteMetricsExportConfig", deleteMetricsExportConfig, "metricsExportConfig",
        metricsExportConfig != nil
      ),
    ]
    for (flag, deletes, field, isGiven) in flags where deletes && isGiven {
      throw .invalidRequest("\(flag) should not be given together with \(field)", field: flag)
    }
  }
}

extension SecurityProfile {
  /// A behavior of the same name that means the same keeps its number, and with it its streaks and its
  /// violation; every other one is new (evaluation.md 7).
  fileprivate mutating func replaceBehaviors(
    with behaviors: [Behavior], _ rules: [BehaviorRule], in catalog: Catalog
  ) {
    var old: [String: (rule: BehaviorRule, number: UInt32)] = [:]
    let before = self.rules(of: catalog.metrics, settings: catalog.settings)
    for (index, rule) in before.enumerated() {
      old[self.behaviors[index].name] = (rule, behaviorNumbers[index])
    }
    self.behaviors = behaviors
    behaviorNumbers = zip(behaviors, rules).map { behavior, rule in
      if let old = old[behavior.name], old.rule == rule { return old.number }
      defer { nextBehaviorNumber += 1 }
      return nextBehaviorNumber
    }
  }
}
