internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Creates a security profile, or finds it created.
  func createSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__create_security_profile_request__init) {
      request in
      unsafe CreateSecurityProfile(
        securityProfileName: text(request.security_profile_name),
        securityProfileDescription: optionalText(request.security_profile_description),
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
        tags: list(request.tags, request.n_tags, Tag.init),
        metricsExportConfig: optional(request.metrics_export_config, MetricsExportConfig.init))
    }
    let profile = try await backend.perform(operation)
    return unsafe encode(detect__v1__create_security_profile_response__init) { response, arena in
      unsafe response.security_profile_name = arena.text(profile.name)
      unsafe response.security_profile_arn = arena.text(profile.arn)
    }
  }
}
