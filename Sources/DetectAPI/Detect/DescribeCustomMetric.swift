internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Returns a custom metric.
  func describeCustomMetric(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__describe_custom_metric_request__init) {
      request in
      unsafe DescribeCustomMetric(metricName: text(request.metric_name))
    }
    let found = try await backend.perform(operation)
    return unsafe encode(detect__v1__describe_custom_metric_response__init) { response, arena in
      unsafe response.metric_name = arena.text(found.metric.name)
      unsafe response.metric_arn = arena.text(found.metricARN)
      unsafe response.metric_type = Detect__V1__CustomMetricType(
        EnumTexts.customMetricType.number(of: found.metric.type.rawValue))
      unsafe response.display_name = arena.text(found.metric.displayName ?? "")
      unsafe response.creation_date = found.metric.creationDate
      unsafe response.last_modified_date = found.metric.lastModifiedDate
    }
  }
}
