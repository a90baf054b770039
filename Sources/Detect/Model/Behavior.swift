/// What is normal for one metric, as the user sent it.
///
/// A behavior may be malformed: texts and numbers are kept as they came, so that validation can name
/// every fault and a description can echo what was sent. `BehaviorRule` is the judged form.
package struct Behavior: Hashable, Sendable {
  package var name: String
  package var metric: String?
  package var metricDimension: MetricDimension?
  /// Nil retains the metric and never alarms.
  package var criteria: BehaviorCriteria?
  package var suppressAlerts: Bool?
  package var exportMetric: Bool?

  package init(
    name: String, metric: String? = nil, metricDimension: MetricDimension? = nil,
    criteria: BehaviorCriteria? = nil, suppressAlerts: Bool? = nil, exportMetric: Bool? = nil
  ) {
    self.name = name
    self.metric = metric
    self.metricDimension = metricDimension
    self.criteria = criteria
    self.suppressAlerts = suppressAlerts
    self.exportMetric = exportMetric
  }
}

/// A topic filter that narrows a metric. A nil operator means IN.
package struct MetricDimension: Hashable, Sendable {
  package var dimensionName: String
  /// `IN`, `NOT_IN` or nil; any other text is a fault that validation names.
  package var dimensionValueOperator: String?

  package init(dimensionName: String, dimensionValueOperator: String? = nil) {
    self.dimensionName = dimensionName
    self.dimensionValueOperator = dimensionValueOperator
  }
}

/// The condition that a datapoint satisfies when it is normal.
package struct BehaviorCriteria: Hashable, Sendable {
  /// The API's text, for example `less-than-equals`; any other text is a fault that validation names.
  package var comparisonOperator: String?
  package var value: MetricValue?
  /// Seconds; nil where the user sent none.
  package var durationSeconds: Int64?
  /// 1...10; nil means 1.
  package var consecutiveDatapointsToAlarm: Int64?
  /// 1...10; nil means 1.
  package var consecutiveDatapointsToClear: Int64?
  /// The statistic's text, for example `p99.9`. Nil where there is no statistical threshold.
  package var statistic: String?
  /// The ML confidence level's text. Nil where there is no ML configuration.
  package var mlConfidenceLevel: String?

  package init(
    comparisonOperator: String? = nil, value: MetricValue? = nil, durationSeconds: Int64? = nil,
    consecutiveDatapointsToAlarm: Int64? = nil, consecutiveDatapointsToClear: Int64? = nil,
    statistic: String? = nil, mlConfidenceLevel: String? = nil
  ) {
    self.comparisonOperator = comparisonOperator
    self.value = value
    self.durationSeconds = durationSeconds
    self.consecutiveDatapointsToAlarm = consecutiveDatapointsToAlarm
    self.consecutiveDatapointsToClear = consecutiveDatapointsToClear
    self.statistic = statistic
    self.mlConfidenceLevel = mlConfidenceLevel
  }
}

/// A threshold in a behavior, or a measured value in a violation.
package enum MetricValue: Hashable, Sendable {
  case count(Int64)
  /// Networks in a behavior, addresses in a measured value; texts as sent.
  case cidrs([String])
  case ports([Int64])
  case number(Double)
  case numbers([Double])
  case strings([String])
}
