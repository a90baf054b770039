import Synchronization

/// AWS's quotas of calls per second and operation (evidence.md 6.2). Off unless the settings ask for them.
final class OperationQuotas: Sendable {
  private let isEnforced: Bool
  private let counts = Mutex<[String: (second: Int64, calls: Int)]>([:])

  /// Calls per second of the whole account. Operations that are not named have no published quota.
  static let callsPerSecond: [String: Int] = [
    "AttachSecurityProfile": 10,
    "CreateCustomMetric": 10,
    "CreateDimension": 10,
    "CreateSecurityProfile": 10,
    "DeleteCustomMetric": 10,
    "DeleteDimension": 10,
    "DeleteSecurityProfile": 10,
    "DescribeCustomMetric": 25,
    "DescribeDimension": 10,
    "DescribeSecurityProfile": 25,
    "DetachSecurityProfile": 10,
    "ListActiveViolations": 10,
    "ListCustomMetrics": 10,
    "ListDimensions": 10,
    "ListMetricValues": 15,
    "ListSecurityProfiles": 10,
    "ListSecurityProfilesForTarget": 10,
    "ListTargetsForSecurityProfile": 10,
    "ListViolationEvents": 10,
    "PutVerificationStateOnViolation": 10,
    "UpdateCustomMetric": 10,
    "UpdateDimension": 10,
    "UpdateSecurityProfile": 10,
    "ValidateSecurityProfileBehaviors": 10,
  ]

  init(isEnforced: Bool) {
    self.isEnforced = isEnforced
  }

  /// Counts a call.
  ///
  /// - Parameter now: milliseconds since the epoch.
  /// - Throws: `throttled` when the operation's calls of this second are used up.
  func admit(_ operation: String, at now: Int64) throws(DetectError) {
    guard isEnforced, let limit = Self.callsPerSecond[operation] else { return }
    let second = now / 1000
    let isAdmitted = counts.withLock { counts in
      var count = counts[operation] ?? (second, 0)
      if count.second != second { count = (second, 0) }
      count.calls += 1
      counts[operation] = count
      return count.calls <= limit
    }
    guard isAdmitted else {
      throw .throttled(
        "over \(limit) calls of \(operation) per second",
        retryAfterMilliseconds: (second + 1) * 1000 - now)
    }
  }
}
