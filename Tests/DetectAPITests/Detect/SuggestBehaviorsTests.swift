import Detect
@testable import DetectAPI
import RPC
import Testing

@Suite struct SuggestBehaviorsTests {
  @Test func `What was seen is suggested, with the alarms that it would have raised`() async throws
  {
    let api = try TestAPI()
    try await api.attachProfile("P", ["name": "Ports", "metric": "aws:listening-tcp-ports"])
    let start = api.now
    for id in 1...5 as ClosedRange<Int64> {
      api.now += 1000
      try await api.report(Sample.report("lamp", id, ports: id == 3 ? [22, 23] : [22]))
    }
    let found = try await api.call(
      "Detect/SuggestBehaviors",
      [
        "security_profile_target_arn": Sample.allThings, "start_time": .number(start),
        "end_time": .number(api.now + 1), "maximum_alarms": 1,
      ])
    let behavior: Value = [
      "name": "aws:listening-tcp-ports-as-seen", "metric": "aws:listening-tcp-ports",
      "criteria": [
        "comparison_operator": "COMPARISON_OPERATOR_IN_PORT_SET",
        "value": ["ports": ["ports": [22]]], "consecutive_datapoints_to_alarm": 1,
        "consecutive_datapoints_to_clear": 1,
      ],
    ]
    let suggestion = found["suggestions"]?[0]
    #expect(suggestion?["behavior"] == behavior)
    #expect(suggestion?["in_alarm_events"] == 1)
    #expect(suggestion?["violation_events"]?[0]?["violation_event_time"] == .number(start + 3000))
    #expect(suggestion?["violation_events"]?[1]?["violation_event_time"] == .number(start + 4000))
    #expect(
      found["summary"] == [
        "reports": 5, "things": 1, "datapoints_judged": 5, "in_alarm_events": 1,
        "alarm_cleared_events": 1,
      ])
    #expect(found["things_covered"] == 1)
    #expect(found["things_read"] == 1)
    #expect(found["values_read"] == 5)
    #expect(found["skipped_metrics"] == nil)
  }

  @Test func `Without values there is nothing to suggest`() async throws {
    let api = try TestAPI()
    let request: [String: Value] = [
      "security_profile_target_arn": Sample.allThings, "start_time": 0, "end_time": 1,
    ]
    #expect(
      try await api.fault("Detect/SuggestBehaviors", .message(request)).reason
        == "RESOURCE_NOT_FOUND_EXCEPTION")
    for (field, value, fault) in [
      ("thing_name", "a", "security_profile_target_arn"), ("maximum_alarms", -1, "maximum_alarms"),
      ("metric_names", ["x"], "metric_names[0]"),
    ] as [(String, Value, String)] {
      let message = Value.message(request.merging([field: value]) { $1 })
      #expect(try await api.fault("Detect/SuggestBehaviors", message).field == fault)
    }
  }
}
