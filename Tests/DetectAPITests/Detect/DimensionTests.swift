import RPC
import Testing

@testable import DetectAPI

/// CreateDimension, DescribeDimension, UpdateDimension, ListDimensions, DeleteDimension, and values with a
/// topic on their way in and out.
@Suite struct DimensionTests {
  private static let own: Value = [
    "name": "Own", "type": "DIMENSION_TYPE_TOPIC_FILTER",
    "string_values": ["fleet/${iot:ClientId}/#", "own/+"], "client_request_token": "t-1",
    "tags": [["key": "k", "value": "v"]],
  ]

  private func create(_ api: TestAPI, _ name: String) async throws {
    _ = try await api.call(
      "Detect/CreateDimension",
      [
        "name": .text(name), "type": "DIMENSION_TYPE_TOPIC_FILTER", "string_values": ["a/#"],
        "client_request_token": .text(name),
      ])
  }

  /// Normal is to be at 10.0.0.0/8.
  private func behavior(_ name: String, _ dimensionOperator: String) -> Value {
    [
      "name": .text(name), "metric": "aws:source-ip-address",
      "metric_dimension": [
        "dimension_name": "Own",
        "operator": .text("DIMENSION_VALUE_OPERATOR_\(dimensionOperator)"),
      ],
      "criteria": [
        "comparison_operator": "COMPARISON_OPERATOR_IN_CIDR_SET",
        "value": ["cidrs": ["cidrs": ["10.0.0.0/8"]]],
      ],
    ]
  }

  private func report(_ id: Int64, _ address: String, topic: String) -> Value {
    [
      "thing_name": "lamp", "report_id": .number(id),
      "datapoints": [
        [
          "metric": "aws:source-ip-address", "value": ["cidrs": ["cidrs": [.text(address)]]],
          "topic": .text(topic),
        ]
      ],
    ]
  }

  @Test func `A dimension comes back as it was created and updated`() async throws {
    let api = try TestAPI()
    let arn = Sample.arn("dimension/Own")
    for _ in 1...2 {
      #expect(
        try await api.call("Detect/CreateDimension", Self.own) == ["name": "Own", "arn": arn])
    }
    let created = api.now
    let name: Value = ["name": "Own"]
    #expect(
      try await api.call("Detect/DescribeDimension", name)
        == [
          "name": "Own", "arn": arn, "type": "DIMENSION_TYPE_TOPIC_FILTER",
          "string_values": ["fleet/${iot:ClientId}/#", "own/+"], "creation_date": .number(created),
          "last_modified_date": .number(created),
        ])
    #expect(
      try await api.call("ThingRegistry/ListTagsForResource", ["resource_arn": arn])
        == ["tags": [["key": "k", "value": "v"]]])

    api.now += 5
    let updated = try await api.call(
      "Detect/UpdateDimension", ["name": "Own", "string_values": ["#"]])
    #expect(updated["string_values"] == ["#"])
    #expect(updated["last_modified_date"] == .number(created + 5))
    #expect(try await api.call("Detect/DescribeDimension", name) == updated)
    #expect(try await api.fault("Detect/UpdateDimension", name).field == "string_values")
    let missing = try await api.fault(
      "Detect/UpdateDimension", ["name": "none", "string_values": ["#"]])
    #expect(missing.code == .notFound)
  }

  @Test func `Names are listed page by page, and deleted`() async throws {
    let api = try TestAPI()
    for name in ["b", "a"] { try await create(api, name) }
    let first = try await api.call("Detect/ListDimensions", ["max_results": 1])
    #expect(first["dimension_names"] == ["a"])
    let token = try #require(first["next_token"])
    #expect(
      try await api.call("Detect/ListDimensions", ["next_token": token])
        == ["dimension_names": ["b"]])
    for _ in 1...2 { #expect(try await api.call("Detect/DeleteDimension", ["name": "a"]) == [:]) }
    #expect(try await api.call("Detect/ListDimensions", [:]) == ["dimension_names": ["b"]])
    #expect(try await api.fault("Detect/DescribeDimension", ["name": "a"]).code == .notFound)
  }

  @Test func `A fault names its field, and a taken name its dimension`() async throws {
    let api = try TestAPI()
    _ = try await api.call("Detect/CreateDimension", Self.own)
    guard case .message(var other) = Self.own else { return }
    other["client_request_token"] = "t-2"
    let taken = try await api.fault("Detect/CreateDimension", .message(other))
    #expect(taken.code == .alreadyExists)
    #expect(taken.reason == "RESOURCE_ALREADY_EXISTS_EXCEPTION")
    for (field, value, fault) in [
      ("type", 0, "type"), ("type", 9, "type"), ("string_values", [], "string_values"),
      ("string_values", ["a", "#/b"], "string_values[1]"),
      ("client_request_token", "", "client_request_token"),
    ] as [(String, Value, String)] {
      guard case .message(var wrong) = Self.own else { return }
      wrong[field] = value
      #expect(
        try await api.fault("Detect/CreateDimension", .message(wrong)).field == fault)
    }
  }

  @Test func `Values are judged, told and read back by their topics`() async throws {
    let api = try TestAPI()
    _ = try await api.call("Detect/CreateDimension", Self.own)
    try await api.attachProfile("Inside", behavior("B", "IN"))
    try await api.attachProfile("Outside", behavior("B", "NOT_IN"))
    try await api.report(report(1, "11.0.0.1", topic: "fleet/lamp/state"))
    try await api.report(report(2, "11.0.0.2", topic: "fleet/door/state"))
    func last(_ profile: Value) async throws -> Value? {
      try await api.call("Detect/ListActiveViolations", ["security_profile_name": profile])[
        "active_violations"]?[0]?["last_violation_value"]?["cidrs"]?["cidrs"]?[0]
    }
    #expect(try await last("Inside") == "11.0.0.1")
    #expect(try await last("Outside") == "11.0.0.2")

    func values(_ fields: [String: Value]) async throws -> Value? {
      let query: [String: Value] = [
        "thing_name": "lamp", "metric_name": "aws:source-ip-address",
        "start_time": .number(api.now - 1000), "end_time": .number(api.now + 1),
      ]
      return try await api.call(
        "MetricIngestion/ListMetricValues", .message(query.merging(fields) { $1 }))[
          "metric_datum_list"]
    }
    let inside = try await values(["dimension_name": "Own"])
    #expect(inside?[0]?["value"] == ["cidrs": ["cidrs": ["11.0.0.1"]]])
    #expect(inside?[1] == nil)
    let outside = try await values([
      "dimension_name": "Own", "dimension_value_operator": "DIMENSION_VALUE_OPERATOR_NOT_IN",
    ])
    #expect(outside?[0]?["value"] == ["cidrs": ["cidrs": ["11.0.0.2"]]])
    // Nobody uses the metric as a whole.
    #expect(try await values([:]) == nil)

    let used = try await api.call("Detect/ListSecurityProfiles", ["dimension_name": "Own"])
    #expect(used["security_profile_identifiers"]?[0]?["name"] == "Inside")
    #expect(used["security_profile_identifiers"]?[1]?["name"] == "Outside")
    #expect(try await api.fault("Detect/DeleteDimension", ["name": "Own"]).field == "name")

    _ = try await api.call("Detect/UpdateDimension", ["name": "Own", "string_values": ["x"]])
    #expect(try await last("Inside") == nil)
    #expect(try await values(["dimension_name": "Own"]) == nil)
  }

  @Test func `A topic at fault is named, in a call and in a backtest`() async throws {
    let api = try TestAPI()
    _ = try await api.call("Detect/CreateDimension", Self.own)
    let valid = report(1, "11.0.0.1", topic: "a")
    let put = try await api.call(
      "MetricIngestion/PutMetricReports",
      [
        "reports": [
          report(1, "11.0.0.1", topic: "a\nb"),
          [
            "thing_name": "lamp", "report_id": 1,
            "datapoints": [
              ["metric": "aws:num-disconnects", "value": ["count": 1], "topic": "a"]
            ],
          ], valid,
        ]
      ])
    #expect(put["rejections"]?[0]?["field"] == "datapoints[0].topic")
    #expect(put["rejections"]?[1]?["field"] == "datapoints[0].topic")
    #expect(put["accepted_count"] == 1)

    let call = try api.stream("Detect/Backtest")
    call.send([
      "profiles": [
        "profiles": [["security_profile_name": "Draft", "behaviors": [behavior("B", "IN")]]]
      ]
    ])
    let inside = report(1, "11.0.0.1", topic: "own/x")
    guard case .message(var timed) = inside else { return }
    timed["time"] = 1000
    call.send(["reports": ["reports": [.message(timed)]]])
    let alarm = await call.response()?["violation_event"]
    #expect(alarm?["metric_value"] == ["cidrs": ["cidrs": ["11.0.0.1"]]])
    #expect(alarm?["behavior"]?["metric_dimension"]?["dimension_name"] == "Own")
  }
}
