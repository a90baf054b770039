@testable import Detect

extension Behavior {
  /// A valid behavior named B; each argument replaces one of its fields.
  static func sample(
    name: String = "B", metric: String? = "aws:num-messages-sent",
    dimension: MetricDimension? = nil, comparison: String? = "less-than",
    value: MetricValue? = .count(10), duration: Int64? = nil, toAlarm: Int64? = nil,
    toClear: Int64? = nil, statistic: String? = nil, ml: String? = nil
  ) -> Behavior {
    Behavior(
      name: name, metric: metric, metricDimension: dimension,
      criteria: BehaviorCriteria(
        comparisonOperator: comparison, value: value, durationSeconds: duration,
        consecutiveDatapointsToAlarm: toAlarm, consecutiveDatapointsToClear: toClear,
        statistic: statistic, mlConfidenceLevel: ml))
  }
}
