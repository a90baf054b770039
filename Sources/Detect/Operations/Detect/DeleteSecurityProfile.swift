/// Deletes a security profile, attached or not. A profile that is not there is deleted already.
package struct DeleteSecurityProfile: Operation, Hashable {
  package static let name = "DeleteSecurityProfile"

  package var securityProfileName: String
  /// Nil deletes whichever version is there.
  package var expectedVersion: Int64?

  package init(securityProfileName: String, expectedVersion: Int64? = nil) {
    self.securityProfileName = securityProfileName
    self.expectedVersion = expectedVersion
  }

  /// Deletes the profile, its attachments and its tags.
  ///
  /// - Throws: `invalidRequest`; `versionConflict`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    guard let profile = catalog.profiles[securityProfileName] else { return Decision(Empty()) }
    try Catalog.check(expectedVersion: expectedVersion, stored: profile.version)
    var changes = catalog.targets(ofProfile: profile.name).elements.map {
      Change.detach(profile: profile.name, $0)
    }
    if catalog.tags[profile.resource] != nil {
      changes.append(.putTags(resource: profile.resource, []))
    }
    changes.append(.removeProfile(profile.name))
    return Decision(Empty(), changes: changes)
  }
}
