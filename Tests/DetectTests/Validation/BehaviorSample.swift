@testable import Detect

extension BehaviorValidation {
  /// A look at behaviors where there are no custom metrics.
  init(_ behaviors: [Behavior], settings: Settings) throws(DetectError) {
    try self.init(behaviors, of: MetricDefinitions(), settings: settings)
  }
}

extension CustomMetric {
  /// A custom metric that is named like its type: `number-list`.
  static func sample(_ type: CustomMetricType, name: String? = nil, number: UInt16 = 1000) -> Self {
    CustomMetric(
      name: name ?? type.rawValue, type: type, number: number, clientRequestToken: "t",
      creationDate: 0, lastModifiedDate: 0)
  }
}

extension MetricDefinitions {
  /// One custom metric of each type, named like it.
  static let samples: Self = {
    var metrics = MetricDefinitions()
    for (index, type) in CustomMetricType.allCases.enumerated() {
      metrics.insert(.sample(type, number: 1000 + UInt16(index)))
    }
    return metrics
  }()
}

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
