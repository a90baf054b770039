/// A named list of behaviors with the targets of its alerts.
package struct SecurityProfile: Hashable, Sendable {
  package var name: String
  package var description: String?
  package var behaviors: [Behavior]
  /// Where alerts go, by kind. The only kind is `alertTargetKind`.
  package var alertTargets: [String: AlertTarget]
  /// Metrics kept without a behavior; the union of both lists that the API accepts (evidence.md U33).
  package var additionalMetricsToRetain: [MetricToRetain]
  package var metricsExportConfig: MetricsExportConfig?
  /// 1 when created, one more with every update.
  package var version: Int64
  /// Milliseconds since the epoch.
  package var creationDate: Int64
  /// Milliseconds since the epoch.
  package var lastModifiedDate: Int64
  /// Identifies the profile in the engine's state. A profile created again under the same name starts
  /// with fresh state.
  package var number: UInt32
  /// Identifies each behavior in the engine's state, parallel to `behaviors`. A behavior keeps its number
  /// through an update as long as its metric, dimension and criteria mean the same (evaluation.md 7).
  package var behaviorNumbers: [UInt32]
  /// The number of the next behavior that is new or has changed its meaning.
  package var nextBehaviorNumber: UInt32

  package init(
    name: String, description: String?, behaviors: [Behavior],
    alertTargets: [String: AlertTarget], additionalMetricsToRetain: [MetricToRetain],
    metricsExportConfig: MetricsExportConfig?, version: Int64, creationDate: Int64,
    lastModifiedDate: Int64, number: UInt32, behaviorNumbers: [UInt32], nextBehaviorNumber: UInt32
  ) {
    self.name = name
    self.description = description
    self.behaviors = behaviors
    self.alertTargets = alertTargets
    self.additionalMetricsToRetain = additionalMetricsToRetain
    self.metricsExportConfig = metricsExportConfig
    self.version = version
    self.creationDate = creationDate
    self.lastModifiedDate = lastModifiedDate
    self.number = number
    self.behaviorNumbers = behaviorNumbers
    self.nextBehaviorNumber = nextBehaviorNumber
  }
}

extension SecurityProfile {
  /// Whether a behavior or a retained metric of the profile is narrowed by the dimension of this name.
  package func uses(dimension name: String) -> Bool {
    behaviors.contains { $0.metricDimension?.dimensionName == name }
      || additionalMetricsToRetain.contains { $0.metricDimension?.dimensionName == name }
  }

  /// The only kind of alert target that there is.
  package static let alertTargetKind = "SNS"

  /// Whether the profile judges or retains the metric of this name.
  package func uses(metric name: String) -> Bool {
    behaviors.contains { $0.metric == name }
      || additionalMetricsToRetain.contains { $0.metric == name }
  }
}

/// Where alerts are published, and the role that AWS would assume to do so (kept and echoed).
package struct AlertTarget: Hashable, Sendable {
  package var alertTargetARN: String
  /// 20...2048 characters.
  package var roleARN: String

  package init(alertTargetARN: String, roleARN: String) {
    self.alertTargetARN = alertTargetARN
    self.roleARN = roleARN
  }
}

/// A metric whose values are kept although no behavior judges it.
package struct MetricToRetain: Hashable, Sendable {
  package var metric: String
  package var metricDimension: MetricDimension?
  package var exportMetric: Bool?

  package init(metric: String, metricDimension: MetricDimension? = nil, exportMetric: Bool? = nil) {
    self.metric = metric
    self.metricDimension = metricDimension
    self.exportMetric = exportMetric
  }
}

/// Where AWS would export metrics to; kept and echoed, not exported yet.
package struct MetricsExportConfig: Hashable, Sendable {
  /// 1...512 characters.
  package var mqttTopic: String
  /// 20...2048 characters.
  package var roleARN: String

  package init(mqttTopic: String, roleARN: String) {
    self.mqttTopic = mqttTopic
    self.roleARN = roleARN
  }
}
