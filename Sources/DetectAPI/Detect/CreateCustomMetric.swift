internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Defines a custom metric, or finds it defined.
  func createCustomMetric(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__create_custom_metric_request__init) {
      request in
      unsafe CreateCustomMetric(
        metricName: text(request.metric_name), displayName: optionalText(request.display_name),
        metricType: EnumTexts.customMetricType[request.metric_type.rawValue],
        tags: list(request.tags, request.n_tags, Tag.init),
        clientRequestToken: text(request.client_request_token))
    }
    let metric = try await backend.perform(operation)
    return unsafe encode(detect__v1__create_custom_metric_response__init) { response, arena in
      unsafe response.metric_name = arena.text(metric.metricName)
      unsafe response.metric_arn = arena.text(metric.metricARN)
    }
  }
}
