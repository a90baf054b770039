/// Reads the history of violations, newest first.
package struct ListViolationEvents: Hashable, Sendable {
  package static let name = "ListViolationEvents"

  /// Events with startTime ≤ time < endTime, in milliseconds since the epoch. Both are required.
  package var startTime: Int64?
  package var endTime: Int64?
  package var thingName: String?
  package var securityProfileName: String?
  package var behaviorCriteriaType: BehaviorCriteriaType?
  /// True for suppressed alerts only, false for the others only, nil for all (evidence.md U41).
  package var listSuppressedAlerts: Bool?
  package var verificationState: VerificationState?
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    startTime: Int64?, endTime: Int64?, thingName: String? = nil,
    securityProfileName: String? = nil, behaviorCriteriaType: BehaviorCriteriaType? = nil,
    listSuppressedAlerts: Bool? = nil, verificationState: VerificationState? = nil,
    nextToken: String? = nil, maxResults: Int64? = nil
  ) {
    self.startTime = startTime
    self.endTime = endTime
    self.thingName = thingName
    self.securityProfileName = securityProfileName
    self.behaviorCriteriaType = behaviorCriteriaType
    self.listSuppressedAlerts = listSuppressedAlerts
    self.verificationState = verificationState
    self.nextToken = nextToken
    self.maxResults = maxResults
  }
}
