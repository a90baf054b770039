/// Reads the violations that have not ended, newest first.
package struct ListActiveViolations: Hashable, Sendable {
  package static let name = "ListActiveViolations"

  package var thingName: String?
  /// An unknown profile is `notFound`; an unknown thing has no violations (evidence.md U39).
  package var securityProfileName: String?
  package var behaviorCriteriaType: BehaviorCriteriaType?
  /// True for suppressed alerts only, false for the others only, nil for all (evidence.md U41).
  package var listSuppressedAlerts: Bool?
  package var verificationState: VerificationState?
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    thingName: String? = nil, securityProfileName: String? = nil,
    behaviorCriteriaType: BehaviorCriteriaType? = nil, listSuppressedAlerts: Bool? = nil,
    verificationState: VerificationState? = nil, nextToken: String? = nil, maxResults: Int64? = nil
  ) {
    self.thingName = thingName
    self.securityProfileName = securityProfileName
    self.behaviorCriteriaType = behaviorCriteriaType
    self.listSuppressedAlerts = listSuppressedAlerts
    self.verificationState = verificationState
    self.nextToken = nextToken
    self.maxResults = maxResults
  }
}
