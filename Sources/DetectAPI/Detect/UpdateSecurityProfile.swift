internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Changes a security profile.
  func updateSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__update_security_profile_request__init) {
      request in
      unsafe UpdateSecurityProfile(
        securityProfileName: text(request.security_profile_name),
        securityProfileDescription: optional(
          request.optional_security_profile_description_case,
          text(request.security_profile_description)),
        behaviors: list(request.behaviors, request.n_behaviors, Behavior.init),
        alertTargets: Dictionary(
          list(request.alert_targets, request.n_alert_targets) { entry in
            unsafe alertTarget(entry.key, entry.value)
          }, uniquingKeysWith: { $1 }),
        additionalMetricsToRetain: texts(
          request.additional_metrics_to_retain, request.n_additional_metrics_to_retain),
        additionalMetricsToRetainV2: list(
          request.additional_metrics_to_retain_v2, request.n_additional_metrics_to_retain_v2,
          MetricToRetain.init),
        deleteBehaviors: request.delete_behaviors != 0,
        deleteAlertTargets: request.delete_alert_targets != 0,
        deleteAdditionalMetricsToRetain: request.delete_additional_metrics_to_retain != 0,
        expectedVersion: optionalNumber(request.expected_version),
        metricsExportConfig: optional(request.metrics_export_config, MetricsExportConfig.init),
        deleteMetricsExportConfig: request.delete_metrics_export_config != 0)
    }
    return encodeProfile(try await backend.perform(operation))
  }
}
