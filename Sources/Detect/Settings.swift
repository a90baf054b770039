/// What an operator may change, with AWS's values or evaluation.md 1's as defaults.
package struct Settings: Hashable, Sendable {
  /// The account whose ARNs the service speaks.
  package var account = Account()
  /// Milliseconds of the epoch-aligned buckets; a whole number of seconds from 1.
  package var bucket: Int64 = 300_000
  /// Milliseconds after its end at which a bucket closes.
  package var grace: Int64 = 30_000
  /// Milliseconds without a datapoint after which a violation is invalidated.
  package var silence: Int64 = 48 * 3_600_000
  /// Milliseconds between two reports of one thing below which the later one is throttled; 0 is off.
  package var minimumReportInterval: Int64 = 0
  /// Reports of one thing held for windows of reported counters; a further one is throttled.
  package var windowCapacity = 512
  /// Things whose state is kept, and things that may be registered. A report of a further one is
  /// throttled, so memory is bounded whatever names devices make up.
  package var thingCapacity = 4_000_000
  /// Whether AWS's quotas of calls and reports per second are enforced.
  package var enforcesRateQuotas = false
  /// Milliseconds for which metric values are kept.
  package var metricValueRetention: Int64 = 14 * 86_400_000
  /// Milliseconds for which violation events are kept.
  package var violationEventRetention: Int64 = 30 * 86_400_000

  /// Bytes of journal after which a snapshot is taken: what a restart has to replay at most.
  package var snapshotJournalBytes = 64 << 20

  package init() {}

  /// Windows a behavior may ask for, in milliseconds: AWS's while the bucket is AWS's, else any whole
  /// multiple of the bucket up to twelve.
  package var durations: [Int64] {
    bucket == 300_000
      ? [300_000, 600_000, 900_000, 1_800_000, 3_600_000] : (1...12).map { Int64($0) * bucket }
  }

  /// The longest window a behavior may ask for, in milliseconds.
  package var longestDuration: Int64 { bucket == 300_000 ? 3_600_000 : 12 * bucket }

  /// What is wrong with the settings taken together; empty when they may be used.
  package var faults: [String] {
    var faults = account.faults
    if bucket < 1000 || bucket % 1000 != 0 {
      faults.append("bucket: must be a whole number of seconds from 1")
    }
    if grace < 0 { faults.append("grace: must not be negative") }
    if silence < bucket { faults.append("silence: must be at least one bucket") }
    if minimumReportInterval < 0 {
      faults.append("minimum report interval: must not be negative")
    }
    if windowCapacity < 1 { faults.append("window capacity: must be at least 1") }
    if thingCapacity < 1 { faults.append("thing capacity: must be at least 1") }
    if snapshotJournalBytes < 1 { faults.append("snapshot journal bytes: must be at least 1") }
    if metricValueRetention < longestDuration {
      faults.append("metric value retention: must be at least the longest duration")
    }
    if violationEventRetention < 1 {
      faults.append("violation event retention: must be positive")
    }
    return faults
  }
}
