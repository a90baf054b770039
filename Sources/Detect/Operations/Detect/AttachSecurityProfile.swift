/// Attaches a security profile to a target. Attaching twice succeeds; the profile's version stays
/// (evidence.md U30).
package struct AttachSecurityProfile: Operation, Hashable {
  package static let name = "AttachSecurityProfile"

  package var securityProfileName: String
  package var securityProfileTargetARN: String

  package init(securityProfileName: String, securityProfileTargetARN: String) {
    self.securityProfileName = securityProfileName
    self.securityProfileTargetARN = securityProfileTargetARN
  }

  /// Attaches the profile.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such profile or group; `limitExceeded`
  ///   where the target has five profiles already, or the profile ten thousand targets.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    let target = try catalog.target(ofARN: securityProfileTargetARN)
    let profile = try catalog.profile(named: securityProfileName)
    guard !catalog.isAttached(profile: profile.name, to: target) else { return Decision(Empty()) }
    guard catalog.profiles(attachedTo: target).count < Limits.profilesPerTarget else {
      throw .limitExceeded(
        "\(target.resource) has \(Limits.profilesPerTarget) security profiles already")
    }
    guard catalog.targets(ofProfile: profile.name).count < Limits.targetsPerProfile else {
      throw .limitExceeded(
        "\(profile.name) is attached to \(Limits.targetsPerProfile) targets already")
    }
    return Decision(Empty(), changes: [.attach(profile: profile.name, target)])
  }
}
