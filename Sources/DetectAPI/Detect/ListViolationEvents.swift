internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Lists what happened to violations in a range of time.
  func listViolationEvents(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let query = try unsafe decode(request, detect__v1__list_violation_events_request__init) {
      request throws(RPCStatus) in
      try unsafe ListViolationEvents(
        startTime: optional(request.optional_start_time_case, request.start_time),
        endTime: optional(request.optional_end_time_case, request.end_time),
        thingName: optionalText(request.thing_name),
        securityProfileName: optionalText(request.security_profile_name),
        behaviorCriteriaType: criteriaType(request.behavior_criteria_type),
        listSuppressedAlerts: optional(
          request.optional_list_suppressed_alerts_case, request.list_suppressed_alerts != 0),
        verificationState: verificationState(request.verification_state),
        nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results))
    }
    let page = try await backend.call { service async throws(DetectError) in
      try await service.listViolationEvents(query)
    }
    return unsafe encode(detect__v1__list_violation_events_response__init) { response, arena in
      unsafe (response.n_violation_events, response.violation_events) =
        arena.violationEvents(page.items)
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
