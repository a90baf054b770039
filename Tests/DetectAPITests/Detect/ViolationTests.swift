import Detect
@testable import DetectAPI
import RPC
import Testing

@Suite struct ViolationTests {
  /// The behavior of `Sample.noTelnet` with its defaults filled in.
  private static let resolved: Value = [
    "name": "NoTelnet", "metric": "aws:listening-tcp-ports",
    "criteria": [
      "comparison_operator": "COMPARISON_OPERATOR_NOT_IN_PORT_SET",
      "value": ["ports": ["ports": [23]]], "consecutive_datapoints_to_alarm": 1,
      "consecutive_datapoints_to_clear": 1,
    ],
  ]

  private func alarmed() async throws -> TestAPI {
    let api = try TestAPI()
    try await api.attachProfile("P", Sample.noTelnet)
    try await api.report(Sample.report("lamp", 1, ports: [23, 80]))
    return api
  }

  private func events(_ api: TestAPI, _ filters: [String: Value] = [:]) async throws -> Value {
    try await api.call(
      "Detect/ListViolationEvents",
      .message(
        ["start_time": 0, "end_time": .number(api.now + 1)].merging(filters) { $1 }))
  }

  @Test func `A violation is active until it is cleared`() async throws {
    let api = try await alarmed()
    let start = api.now
    let active = try await api.call("Detect/ListActiveViolations", ["thing_name": "lamp"])
    let violation = try #require(active["active_violations"]?[0])
    let id = try #require(violation["violation_id"])
    #expect(
      violation == [
        "violation_id": id, "thing_name": "lamp", "security_profile_name": "P",
        "behavior": Self.resolved, "last_violation_value": ["ports": ["ports": [23, 80]]],
        "verification_state": "VERIFICATION_STATE_UNKNOWN",
        "last_violation_time": .number(start), "violation_start_time": .number(start),
      ])
    api.now += 1000
    try await api.report(Sample.report("lamp", 2, ports: []))
    #expect(try await api.call("Detect/ListActiveViolations", [:]) == [:])
    #expect(
      try await events(api) == [
        "violation_events": [
          [
            "violation_id": id, "thing_name": "lamp", "security_profile_name": "P",
            "behavior": Self.resolved, "metric_value": ["ports": [:]],
            "violation_event_type": "VIOLATION_EVENT_TYPE_ALARM_CLEARED",
            "verification_state": "VERIFICATION_STATE_UNKNOWN",
            "violation_event_time": .number(start + 1000), "sequence_number": 2,
          ],
          [
            "violation_id": id, "thing_name": "lamp", "security_profile_name": "P",
            "behavior": Self.resolved, "metric_value": ["ports": ["ports": [23, 80]]],
            "violation_event_type": "VIOLATION_EVENT_TYPE_IN_ALARM",
            "verification_state": "VERIFICATION_STATE_UNKNOWN",
            "violation_event_time": .number(start), "sequence_number": 1,
          ],
        ]
      ])
  }

  @Test func `An invalidated violation has no value`() async throws {
    let api = try await alarmed()
    _ = try await api.call("Detect/DeleteSecurityProfile", ["security_profile_name": "P"])
    let event = try await events(api)["violation_events"]?[0]
    #expect(event?["violation_event_type"] == "VIOLATION_EVENT_TYPE_ALARM_INVALIDATED")
    #expect(event?["metric_value"] == nil)
  }

  @Test(
    arguments: [
      (["thing_name": "lamp"], 1), (["thing_name": "other"], 0),
      (["security_profile_name": "P"], 1),
      (["behavior_criteria_type": "BEHAVIOR_CRITERIA_TYPE_STATIC"], 1),
      (["behavior_criteria_type": "BEHAVIOR_CRITERIA_TYPE_STATISTICAL"], 0),
      (["behavior_criteria_type": "BEHAVIOR_CRITERIA_TYPE_MACHINE_LEARNING"], 0),
      (["list_suppressed_alerts": false], 1), (["list_suppressed_alerts": true], 0),
      (["verification_state": "VERIFICATION_STATE_UNKNOWN"], 1),
      (["verification_state": "VERIFICATION_STATE_FALSE_POSITIVE"], 0),
      (["verification_state": "VERIFICATION_STATE_BENIGN_POSITIVE"], 0),
      (["verification_state": "VERIFICATION_STATE_TRUE_POSITIVE"], 0),
    ] as [([String: Value], Int)])
  func `A filter is a condition for both lists`(
    _ filter: [String: Value], _ count: Int
  ) async throws {
    let api = try await alarmed()
    let active = try await api.call("Detect/ListActiveViolations", .message(filter))
    let history = try await events(api, filter)
    #expect((active["active_violations"]?[0] == nil) == (count == 0))
    #expect((history["violation_events"]?[0] == nil) == (count == 0))
  }

  @Test(
    arguments: [
      (["behavior_criteria_type": 9], "behavior_criteria_type"),
      (["verification_state": 9], "verification_state"), (["max_results": 251], "max_results"),
      (["next_token": "x"], "next_token"),
    ] as [([String: Value], String)])
  func `A filter that is none is refused by name`(
    _ filter: [String: Value], _ field: String
  ) async throws {
    let api = try TestAPI()
    let range: [String: Value] = ["start_time": 0, "end_time": 1]
    #expect(
      try await api.fault("Detect/ListActiveViolations", .message(filter)).field == field)
    #expect(
      try await api.fault(
        "Detect/ListViolationEvents", .message(filter.merging(range) { $1 })
      ).field == field)
  }

  @Test func `An alarm is explained by its datapoints, also after its end`() async throws {
    let api = try await alarmed()
    let id = try await #require(
      try api.call("Detect/ListActiveViolations", [:])["active_violations"]?[0]?["violation_id"])
    let start = api.now
    let expected: Value = [
      "violation_id": id, "thing_name": "lamp", "security_profile_name": "P",
      "behavior": Self.resolved, "security_profile_target_arns": [Sample.allThings],
      "datapoints": [
        [
          "time": .number(start), "value": ["ports": ["ports": [23]]],
          "list_fault": ["elements": 2, "at_fault": 1],
        ]
      ],
    ]
    #expect(try await api.call("Detect/ExplainViolation", ["violation_id": id]) == expected)
    try await api.report(Sample.report("lamp", 2, ports: []))
    #expect(try await api.call("Detect/ExplainViolation", ["violation_id": id]) == expected)
  }

  @Test func `A threshold of the fleet is explained by the rank of the thing`() async throws {
    let api = try TestAPI()
    try await api.attachProfile(
      "P",
      [
        "name": "Busy", "metric": "aws:num-disconnects",
        "criteria": [
          "comparison_operator": "COMPARISON_OPERATOR_LESS_THAN_EQUALS", "duration_seconds": 300,
          "statistical_threshold": ["statistic": "p50"],
        ],
      ])
    for (thing, count) in [("a", 1), ("b", 2), ("c", 3), ("d", 9)] as [(String, Int64)] {
      try await api.report(Sample.counts(thing, 1, "aws:num-disconnects", count))
    }
    api.now += 600_000
    api.service.tick()
    let id = try await #require(
      try api.call("Detect/ListActiveViolations", ["thing_name": "d"])["active_violations"]?[0]?[
        "violation_id"])
    let why = try await api.call("Detect/ExplainViolation", ["violation_id": id])
    let datapoint = why["datapoints"]?[0]
    #expect(datapoint?["value"] == ["count": 9])
    #expect(datapoint?["threshold"] == ["count": 2])
    #expect(datapoint?["fleet_rank"] == ["things": 4, "rank": 4])
  }

  @Test func `What was never raised cannot be explained`() async throws {
    let api = try TestAPI()
    let fault = try await api.fault("Detect/ExplainViolation", [:])
    #expect(fault.field == "violation_id")
    for id in ["x", "0123456789abcdef0123456789abcdef"] as [Value] {
      let fault = try await api.fault("Detect/ExplainViolation", ["violation_id": id])
      #expect(fault.reason == "RESOURCE_NOT_FOUND_EXCEPTION")
    }
  }

  @Test func `What is said of a violation shows in every list, and can be asked for`() async throws
  {
    let api = try await alarmed()
    let id = try await #require(
      try api.call("Detect/ListActiveViolations", [:])["active_violations"]?[0]?["violation_id"])
    let said: [String: Value] = [
      "verification_state": "VERIFICATION_STATE_BENIGN_POSITIVE",
      "verification_state_description": "we tried telnet",
    ]
    #expect(
      try await api.call(
        "Detect/PutVerificationStateOnViolation",
        .message(said.merging(["violation_id": id]) { $1 })) == [:])
    let filter: [String: Value] = ["verification_state": "VERIFICATION_STATE_BENIGN_POSITIVE"]
    let active = try await api.call("Detect/ListActiveViolations", .message(filter))
    let event = try await events(api, filter)["violation_events"]?[0]
    for field in said.keys {
      #expect(active["active_violations"]?[0]?[field] == said[field])
      #expect(event?[field] == said[field])
    }
  }

  @Test(
    arguments: [
      (["verification_state": "VERIFICATION_STATE_UNKNOWN"], "violation_id"),
      (["violation_id": "x", "verification_state": 1], "violation_id"),
      (["violation_id": "0123456789abcdef0123456789abcdef"], "verification_state"),
      (
        ["violation_id": "0123456789abcdef0123456789abcdef", "verification_state": 9],
        "verification_state"
      ),
    ] as [([String: Value], String)])
  func `What cannot be said of a violation is refused by name`(
    _ request: [String: Value], _ field: String
  ) async throws {
    let api = try TestAPI()
    let fault = try await api.fault("Detect/PutVerificationStateOnViolation", .message(request))
    #expect(fault.field == field)
    #expect(fault.reason == "INVALID_REQUEST_EXCEPTION")
  }

  @Test func `Both ends of the range are required; the epoch is a time`() async throws {
    let api = try TestAPI()
    #expect(
      try await api.fault("Detect/ListViolationEvents", ["end_time": 1]).field == "start_time")
    #expect(
      try await api.fault("Detect/ListViolationEvents", ["start_time": 1]).field == "end_time")
    #expect(
      try await api.call("Detect/ListViolationEvents", ["start_time": 0, "end_time": 0]) == [:])
  }

  @Test func `Pages hold together`() async throws {
    let api = try await alarmed()
    try await api.report(
      Sample.report("lamp", 2, ports: []), Sample.report("lamp", 3, ports: [23]))
    var sequences: [Value?] = []
    var token: Value = ""
    repeat {
      let page = try await events(api, ["max_results": 1, "next_token": token])
      sequences.append(page["violation_events"]?[0]?["sequence_number"])
      token = page["next_token"] ?? ""
    } while token != "" && sequences.count < 10
    #expect(sequences == [3, 2, 1])
  }
}
