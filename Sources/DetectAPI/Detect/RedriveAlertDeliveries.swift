internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Sends dead alerts again.
  func redriveAlertDeliveries(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let redrive = try unsafe decode(request, detect__v1__redrive_alert_deliveries_request__init) {
      request throws(RPCStatus) in
      unsafe RedriveAlertDeliveries(alertTargetARN: optionalText(request.alert_target_arn))
    }
    let count = try await backend.call { service async throws(DetectError) in
      try await service.redriveAlertDeliveries(redrive)
    }
    return unsafe encode(detect__v1__redrive_alert_deliveries_response__init) { response, _ in
      unsafe response.redriven = Int64(count)
    }
  }
}
