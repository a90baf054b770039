internal import CDetectProto
internal import Detect

// MARK: - From messages

extension AlertTarget {
  /// An alert target as it was sent.
  init(_ message: Detect__V1__AlertTarget) {
    unsafe self.init(
      alertTargetARN: text(message.alert_target_arn), roleARN: text(message.role_arn))
  }
}

extension MetricToRetain {
  /// A metric to retain as it was sent.
  init(_ message: Detect__V1__MetricToRetain) {
    unsafe self.init(
      metric: text(message.metric),
      metricDimension: optional(message.metric_dimension, MetricDimension.init),
      exportMetric: optionalFlag(message.export_metric))
  }
}

extension MetricsExportConfig {
  /// An export as it was sent.
  init(_ message: Detect__V1__MetricsExportConfig) {
    unsafe self.init(mqttTopic: text(message.mqtt_topic), roleARN: text(message.role_arn))
  }
}

/// One entry of a map of alert targets. One without a target has an empty one, which is refused.
func alertTarget(
  _ key: UnsafeMutablePointer<CChar>?, _ target: UnsafeMutablePointer<Detect__V1__AlertTarget>?
) -> (String, AlertTarget) {
  unsafe (
    text(key),
    optional(target, AlertTarget.init) ?? AlertTarget(alertTargetARN: "", roleARN: "")
  )
}

// MARK: - To messages

/// Serializes a profile as the response of Describe, which on the wire is also that of Update.
func encodeProfile(_ described: DescribeSecurityProfile.Response) -> [UInt8] {
  let profile = described.profile
  return unsafe encode(detect__v1__describe_security_profile_response__init) {
    response, arena in
    unsafe response.security_profile_name = arena.text(profile.name)
    unsafe response.security_profile_arn = arena.text(described.securityProfileARN)
    unsafe response.security_profile_description = arena.text(profile.description ?? "")
    unsafe (response.n_behaviors, response.behaviors) = arena.behaviors(profile.behaviors)
    unsafe (response.n_alert_targets, response.alert_targets) = arena.messages(
      profile.alertTargets.sorted { $0.key < $1.key },
      detect__v1__describe_security_profile_response__alert_targets_entry__init
    ) { target, entry, arena in
      unsafe entry.key = arena.text(target.key)
      unsafe entry.value = arena.message(detect__v1__alert_target__init) { message, arena in
        unsafe message.alert_target_arn = arena.text(target.value.alertTargetARN)
        unsafe message.role_arn = arena.text(target.value.roleARN)
      }
    }
    unsafe (response.n_additional_metrics_to_retain, response.additional_metrics_to_retain) =
      arena.texts(described.additionalMetricsToRetain)
    unsafe (response.n_additional_metrics_to_retain_v2, response.additional_metrics_to_retain_v2) =
      arena.messages(
        profile.additionalMetricsToRetain, detect__v1__metric_to_retain__init
      ) { metric, message, arena in
        unsafe message.metric = arena.text(metric.metric)
        unsafe message.metric_dimension = arena.metricDimension(metric.metricDimension)
        unsafe message.export_metric = metric.exportMetric == true ? 1 : 0
      }
    unsafe response.version = profile.version
    unsafe response.creation_date = profile.creationDate
    unsafe response.last_modified_date = profile.lastModifiedDate
    if let config = profile.metricsExportConfig {
      unsafe response.metrics_export_config = arena.message(
        detect__v1__metrics_export_config__init
      ) { message, arena in
        unsafe message.mqtt_topic = arena.text(config.mqttTopic)
        unsafe message.role_arn = arena.text(config.roleARN)
      }
    }
  }
}

extension Arena {
  /// A profile's name and ARN.
  func identifier(
    _ identifier: SecurityProfileIdentifier
  ) -> UnsafeMutablePointer<Detect__V1__SecurityProfileIdentifier> {
    unsafe message(detect__v1__security_profile_identifier__init) { message, arena in
      unsafe message.name = arena.text(identifier.name)
      unsafe message.arn = arena.text(identifier.arn)
    }
  }

  /// A target.
  func target(arn: String) -> UnsafeMutablePointer<Detect__V1__SecurityProfileTarget> {
    unsafe message(detect__v1__security_profile_target__init) { message, arena in
      unsafe message.arn = arena.text(arn)
    }
  }
}
