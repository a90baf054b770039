internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Suggests behaviors that would have raised few alarms.
  func suggestBehaviors(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let query = try unsafe decode(request, detect__v1__suggest_behaviors_request__init) { request in
      unsafe SuggestBehaviors(
        targetARN: optionalText(request.security_profile_target_arn),
        thingName: optionalText(request.thing_name),
        metrics: texts(request.metric_names, request.n_metric_names),
        startTime: optional(request.optional_start_time_case, request.start_time),
        endTime: optional(request.optional_end_time_case, request.end_time),
        maximumAlarms: Int64(request.maximum_alarms))
    }
    // It takes seconds, for which no connection is to wait.
    let found = try await backend.call { service async throws(DetectError) in
      try await withTaskExecutorPreference(globalConcurrentExecutor) {
        () async throws(DetectError) in try await service.suggestBehaviors(query)
      }
    }
    return unsafe encode(detect__v1__suggest_behaviors_response__init) { response, arena in
      unsafe (response.n_suggestions, response.suggestions) = arena.messages(
        found.suggestions, detect__v1__suggested_behavior__init
      ) { suggestion, message, arena in
        unsafe message.behavior = arena.behavior(suggestion.behavior)
        unsafe message.in_alarm_events = UInt64(suggestion.alarms)
        unsafe (message.n_violation_events, message.violation_events) =
          arena.violationEvents(suggestion.events)
      }
      unsafe (response.n_skipped_metrics, response.skipped_metrics) = arena.messages(
        found.skipped, detect__v1__skipped_metric__init
      ) { skipped, message, arena in
        unsafe message.metric_name = arena.text(skipped.metric)
        unsafe message.reason = arena.text(skipped.reason)
      }
      unsafe response.things_covered = UInt64(found.thingsCovered)
      unsafe response.things_read = UInt64(found.thingsRead)
      unsafe response.values_read = UInt64(found.valuesRead)
      unsafe response.summary = arena.backtestSummary(found.summary)
    }
  }
}
