/// Reads a security profile.
package struct DescribeSecurityProfile: Operation, Hashable {
  package static let name = "DescribeSecurityProfile"

  package var securityProfileName: String

  package init(securityProfileName: String) {
    self.securityProfileName = securityProfileName
  }

  /// The profile as it was written, with what the service adds.
  package struct Response: Hashable, Sendable {
    /// Behaviors are as sent; defaults are not filled in (evidence.md U19).
    package var profile: SecurityProfile
    package var securityProfileARN: String

    init(_ profile: SecurityProfile, account: Account) {
      self.profile = profile
      securityProfileARN = account.arn(profile.resource)
    }

    /// The older list of retained metrics: the names of those without a dimension (evidence.md U33).
    package var additionalMetricsToRetain: [String] {
      profile.additionalMetricsToRetain.filter { $0.metricDimension == nil }.map(\.metric)
    }
  }

  /// Reads the profile.
  ///
  /// - Throws: `invalidRequest`; `notFound`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    let profile = try catalog.profile(named: securityProfileName)
    return Decision(Response(profile, account: catalog.account))
  }
}
