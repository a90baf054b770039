/// Detaches a security profile from a target. Detaching what is not attached succeeds (evidence.md U34);
/// the profile's version stays (U30).
package struct DetachSecurityProfile: Operation, Hashable {
  package static let name = "DetachSecurityProfile"

  package var securityProfileName: String
  package var securityProfileTargetARN: String

  package init(securityProfileName: String, securityProfileTargetARN: String) {
    self.securityProfileName = securityProfileName
    self.securityProfileTargetARN = securityProfileTargetARN
  }

  /// Detaches the profile.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such profile or group.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    let target = try catalog.target(ofARN: securityProfileTargetARN)
    let profile = try catalog.profile(named: securityProfileName)
    guard catalog.isAttached(profile: profile.name, to: target) else { return Decision(Empty()) }
    return Decision(Empty(), changes: [.detach(profile: profile.name, target)])
  }
}
