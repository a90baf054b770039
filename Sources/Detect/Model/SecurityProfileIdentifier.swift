/// A profile's name and ARN.
package struct SecurityProfileIdentifier: Hashable, Sendable {
  package var name: String
  package var arn: String

  package init(_ name: String, account: Account) {
    self.name = name
    self.arn = account.arn(SecurityProfile.resource(ofProfile: name))
  }
}

extension SecurityProfile {
  /// The resource part of a profile's ARN.
  static func resource(ofProfile name: String) -> String { "securityprofile/\(name)" }

  /// The resource part of this profile's ARN.
  var resource: String { Self.resource(ofProfile: name) }
}
