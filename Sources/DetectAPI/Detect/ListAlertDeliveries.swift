internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Lists alerts and how far their delivery has come.
  func listAlertDeliveries(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let query = try unsafe decode(request, detect__v1__list_alert_deliveries_request__init) {
      request throws(RPCStatus) in
      try unsafe ListAlertDeliveries(
        state: alertState(request.state), alertTargetARN: optionalText(request.alert_target_arn),
        nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results))
    }
    let page = try await backend.call { service async throws(DetectError) in
      try await service.listAlertDeliveries(query)
    }
    return unsafe encode(detect__v1__list_alert_deliveries_response__init) { response, arena in
      unsafe (response.n_alert_deliveries, response.alert_deliveries) = arena.messages(
        page.items, detect__v1__alert_delivery__init
      ) { delivery, message, arena in
        let alert = delivery.alert
        unsafe message.violation_event = arena.violationEvent(delivery.event)
        unsafe message.alert_target_arn = arena.text(alert.target)
        unsafe message.state = number(of: alert.state)
        unsafe message.attempts = alert.attempts
        unsafe message.last_attempt_time = alert.lastAttempt ?? 0
        unsafe message.next_attempt_time = alert.state == .pending ? alert.due : 0
        unsafe message.failure_reason = arena.text(alert.failure ?? "")
      }
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}

/// The state that a filter asks for; nil for every state.
private func alertState(_ state: Detect__V1__AlertDeliveryState) throws(RPCStatus) -> AlertState? {
  switch state {
  case DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_UNSPECIFIED: nil
  case DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_PENDING: .pending
  case DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_DELIVERED: .delivered
  case DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_DEAD: .dead
  default: throw unknownNumber(state.rawValue, field: "state")
  }
}

private func number(of state: AlertState) -> Detect__V1__AlertDeliveryState {
  switch state {
  case .pending: DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_PENDING
  case .delivered: DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_DELIVERED
  case .dead: DETECT__V1__ALERT_DELIVERY_STATE__ALERT_DELIVERY_STATE_DEAD
  }
}
