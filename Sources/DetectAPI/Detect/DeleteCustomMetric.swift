internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Deletes a custom metric that no profile uses.
  func deleteCustomMetric(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__delete_custom_metric_request__init) {
      request in
      unsafe DeleteCustomMetric(metricName: text(request.metric_name))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__delete_custom_metric_response__init) { _, _ in }
  }
}
