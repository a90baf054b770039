/// What the operator decides about delivery.
package struct DeliveryPolicy: Hashable, Sendable {
  /// Requests to one target at once.
  package var concurrency = 8
  /// Requests to one target per second.
  package var rate = 100
  /// Milliseconds after which an alert that cannot be delivered is given up.
  package var expiry: Int64 = 86_400_000
  /// Alerts waiting for a target from which on it gets digests, where it allows them.
  package var digestThreshold = 100

  /// AWS's way: nothing is given up before a day has passed.
  package init() {}

  /// What is wrong with the policy, in words for the operator; nil for nothing.
  package var fault: String? {
    if !(1...1000).contains(concurrency) { return "the alert concurrency should be 1 to 1000" }
    if !(1...100_000).contains(rate) { return "the alert rate should be 1 to 100000 per second" }
    if expiry < 1000 { return "the alert expiry should be at least 1s" }
    if !(2...Limits.alertsPerTarget).contains(digestThreshold) {
      return "the digest threshold should be 2 to \(Limits.alertsPerTarget) alerts"
    }
    return nil
  }
}
