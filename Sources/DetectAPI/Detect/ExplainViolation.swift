internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Says why the alarm of a violation was raised.
  func explainViolation(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let query = try unsafe decode(request, detect__v1__explain_violation_request__init) { request in
      unsafe ExplainViolation(violationID: text(request.violation_id))
    }
    let explanation = try await backend.call { service async throws(DetectError) in
      try await service.explainViolation(query)
    }
    let account = backend.service.settings.account
    return unsafe encode(detect__v1__explain_violation_response__init) { response, arena in
      unsafe response.violation_id = arena.text(explanation.violationID)
      unsafe response.thing_name = arena.text(explanation.thing.text)
      unsafe response.security_profile_name = arena.text(explanation.securityProfileName)
      unsafe response.behavior = arena.behavior(explanation.behavior)
      unsafe (response.n_security_profile_target_arns, response.security_profile_target_arns) =
        arena.texts(explanation.targets.map { account.arn($0.resource) })
      unsafe (response.n_datapoints, response.datapoints) = arena.messages(
        explanation.datapoints, detect__v1__explained_datapoint__init
      ) { unsafe fill(&$1, with: $0, $2) }
    }
  }

  private func fill(
    _ message: inout Detect__V1__ExplainedDatapoint, with datapoint: ExplainedDatapoint,
    _ arena: Arena
  ) {
    unsafe message.time = datapoint.time
    switch datapoint.grounds {
    case .threshold(let threshold, let value):
      unsafe message.value = arena.metricValue(value)
      unsafe message.threshold = arena.metricValue(threshold)
    case .percentile(let threshold, let value, let rank):
      unsafe message.value = arena.metricValue(value)
      unsafe message.threshold = arena.metricValue(threshold)
      unsafe message.fleet_rank = arena.message(detect__v1__fleet_rank__init) { message, _ in
        unsafe message.things = UInt64(rank.things)
        unsafe message.rank = UInt64(rank.rank)
      }
    case .elements(let fault):
      unsafe message.value = arena.metricValue(fault.elements)
      unsafe message.list_fault = arena.message(detect__v1__list_fault__init) { message, arena in
        unsafe message.elements = UInt64(fault.listCount)
        unsafe message.at_fault = UInt64(fault.count)
        unsafe (message.n_networks, message.networks) = arena.texts(fault.networks)
      }
    }
  }
}
