internal import Detect

// The shapes of the model that make a profile.

/// `AlertTarget`.
struct AlertTargetShape: Codable {
  var alertTargetArn: String?
  var roleArn: String?

  init(_ target: AlertTarget) {
    alertTargetArn = target.alertTargetARN
    roleArn = target.roleARN
  }

  var target: AlertTarget {
    AlertTarget(alertTargetARN: alertTargetArn ?? "", roleARN: roleArn ?? "")
  }
}

/// `MetricToRetain`.
struct MetricToRetainShape: Codable {
  var metric: String?
  var metricDimension: MetricDimensionShape?
  var exportMetric: Bool?

  init(_ metric: MetricToRetain) {
    self.metric = metric.metric
    metricDimension = metric.metricDimension.map(MetricDimensionShape.init)
    exportMetric = metric.exportMetric
  }

  var metricToRetain: MetricToRetain {
    MetricToRetain(
      metric: metric ?? "", metricDimension: metricDimension?.dimension, exportMetric: exportMetric)
  }
}

/// `MetricsExportConfig`.
struct MetricsExportConfigShape: Codable {
  var mqttTopic: String?
  var roleArn: String?

  init(_ config: MetricsExportConfig) {
    mqttTopic = config.mqttTopic
    roleArn = config.roleARN
  }

  var config: MetricsExportConfig {
    MetricsExportConfig(mqttTopic: mqttTopic ?? "", roleARN: roleArn ?? "")
  }
}

/// The body of Create, and with it of Update: what is not there is nil.
struct SecurityProfileMembers: Decodable {
  var securityProfileDescription: String?
  var behaviors: [BehaviorShape]?
  var alertTargets: [String: AlertTargetShape]?
  var additionalMetricsToRetain: [String]?
  var additionalMetricsToRetainV2: [MetricToRetainShape]?
  var metricsExportConfig: MetricsExportConfigShape?
  // Of Create alone.
  var tags: [TagShape]?
  // Of Update alone.
  var deleteBehaviors: Bool?
  var deleteAlertTargets: Bool?
  var deleteAdditionalMetricsToRetain: Bool?
  var deleteMetricsExportConfig: Bool?
}

/// The answer of Describe, which is also that of Update.
struct SecurityProfileDescription: Encodable {
  var securityProfileName: String
  var securityProfileArn: String
  var securityProfileDescription: String?
  var behaviors: [BehaviorShape]
  var alertTargets: [String: AlertTargetShape]?
  var additionalMetricsToRetain: [String]?
  var additionalMetricsToRetainV2: [MetricToRetainShape]?
  var version: Int64
  var creationDate: Double
  var lastModifiedDate: Double
  var metricsExportConfig: MetricsExportConfigShape?

  init(_ described: DescribeSecurityProfile.Response) {
    let profile = described.profile
    securityProfileName = profile.name
    securityProfileArn = described.securityProfileARN
    securityProfileDescription = profile.description
    behaviors = profile.behaviors.map(BehaviorShape.init)
    alertTargets =
      profile.alertTargets.isEmpty ? nil : profile.alertTargets.mapValues(AlertTargetShape.init)
    let retained = described.additionalMetricsToRetain
    additionalMetricsToRetain = retained.isEmpty ? nil : retained
    let metrics = profile.additionalMetricsToRetain
    additionalMetricsToRetainV2 = metrics.isEmpty ? nil : metrics.map(MetricToRetainShape.init)
    version = profile.version
    creationDate = timestamp(profile.creationDate)
    lastModifiedDate = timestamp(profile.lastModifiedDate)
    metricsExportConfig = profile.metricsExportConfig.map(MetricsExportConfigShape.init)
  }
}

/// `SecurityProfileIdentifier`.
struct SecurityProfileIdentifierShape: Encodable {
  var name: String
  var arn: String

  init(_ identifier: SecurityProfileIdentifier) {
    name = identifier.name
    arn = identifier.arn
  }
}
