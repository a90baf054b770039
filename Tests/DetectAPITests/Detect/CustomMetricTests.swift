import RPC
import Testing

@testable import DetectAPI

/// CreateCustomMetric, DescribeCustomMetric, UpdateCustomMetric, ListCustomMetrics, DeleteCustomMetric, and
/// values of custom metrics on their way in and out.
@Suite struct CustomMetricTests {
  private static let temperature: Value = [
    "metric_name": "coreTemp", "metric_type": "CUSTOM_METRIC_TYPE_NUMBER",
    "display_name": "Core temperature", "client_request_token": "t-1",
    "tags": [["key": "k", "value": "v"]],
  ]

  private func create(_ api: TestAPI, _ name: String, _ type: String) async throws {
    _ = try await api.call(
      "Detect/CreateCustomMetric",
      [
        "metric_name": .text(name), "metric_type": .text("CUSTOM_METRIC_TYPE_\(type)"),
        "client_request_token": .text(name),
      ])
  }

  private func report(_ id: Int64, _ metric: String, _ value: Value) -> Value {
    [
      "thing_name": "lamp", "report_id": .number(id),
      "datapoints": [["metric": .text(metric), "value": value]],
    ]
  }

  private func behavior(_ metric: String, _ comparison: String, _ value: Value) -> Value {
    [
      "name": .text(metric), "metric": .text(metric),
      "criteria": [
        "comparison_operator": .text("COMPARISON_OPERATOR_\(comparison)"), "value": value,
      ],
    ]
  }

  @Test func `A metric comes back as it was created and updated`() async throws {
    let api = try TestAPI()
    let arn = Sample.arn("custommetric/coreTemp")
    for _ in 1...2 {
      #expect(
        try await api.call("Detect/CreateCustomMetric", Self.temperature)
          == ["metric_name": "coreTemp", "metric_arn": arn])
    }
    let created = api.now
    let described: Value = [
      "metric_name": "coreTemp", "metric_arn": arn, "metric_type": "CUSTOM_METRIC_TYPE_NUMBER",
      "display_name": "Core temperature", "creation_date": .number(created),
      "last_modified_date": .number(created),
    ]
    let name: Value = ["metric_name": "coreTemp"]
    #expect(try await api.call("Detect/DescribeCustomMetric", name) == described)
    #expect(
      try await api.call("ThingRegistry/ListTagsForResource", ["resource_arn": arn])
        == ["tags": [["key": "k", "value": "v"]]])

    api.now += 5
    let updated = try await api.call(
      "Detect/UpdateCustomMetric", ["metric_name": "coreTemp", "display_name": "Kelvin"])
    #expect(updated["display_name"] == "Kelvin")
    #expect(updated["last_modified_date"] == .number(created + 5))
    #expect(try await api.call("Detect/DescribeCustomMetric", name) == updated)
    let bare = try await api.call(
      "Detect/UpdateCustomMetric", ["metric_name": "coreTemp", "display_name": ""])
    #expect(bare["display_name"] ?? "" == "")
    #expect(try await api.fault("Detect/UpdateCustomMetric", name).field == "display_name")
  }

  @Test func `Names are listed page by page, and deleted`() async throws {
    let api = try TestAPI()
    for name in ["b", "a"] { try await create(api, name, "NUMBER") }
    let first = try await api.call("Detect/ListCustomMetrics", ["max_results": 1])
    #expect(first["metric_names"] == ["a"])
    let token = try #require(first["next_token"])
    #expect(
      try await api.call("Detect/ListCustomMetrics", ["next_token": token])
        == ["metric_names": ["b"]])
    for _ in 1...2 {
      #expect(try await api.call("Detect/DeleteCustomMetric", ["metric_name": "a"]) == [:])
    }
    #expect(try await api.call("Detect/ListCustomMetrics", [:]) == ["metric_names": ["b"]])
    let missing = try await api.fault("Detect/DescribeCustomMetric", ["metric_name": "a"])
    #expect(missing.code == .notFound)
  }

  @Test func `A fault names its field, and a taken name its metric`() async throws {
    let api = try TestAPI()
    _ = try await api.call("Detect/CreateCustomMetric", Self.temperature)
    let untyped = try await api.fault(
      "Detect/CreateCustomMetric", ["metric_name": "m", "client_request_token": "t"])
    #expect(untyped.field == "metric_type")
    let unknown = try await api.fault(
      "Detect/CreateCustomMetric",
      ["metric_name": "m", "metric_type": 9, "client_request_token": "t"])
    #expect(unknown.field == "metric_type")
    guard case .message(var other) = Self.temperature else { return }
    other["client_request_token"] = "t-2"
    let taken = try await api.fault("Detect/CreateCustomMetric", .message(other))
    #expect(taken.code == .alreadyExists)
    #expect(taken.reason == "RESOURCE_ALREADY_EXISTS_EXCEPTION")
  }

  @Test func `Values of every type are judged, told and read back`() async throws {
    let api = try TestAPI()
    let cases: [(type: String, comparison: String, normal: Value, measured: Value)] = [
      ("NUMBER", "LESS_THAN", ["number": 40.5], ["number": 40.75]),
      ("NUMBER_LIST", "IN_SET", ["numbers": ["numbers": [1.5]]], ["numbers": ["numbers": [-2.0]]]),
      (
        "STRING_LIST", "NOT_IN_SET", ["strings": ["strings": ["root"]]],
        ["strings": ["strings": ["guest", "root"]]]
      ),
      (
        "IP_ADDRESS_LIST", "IN_CIDR_SET", ["cidrs": ["cidrs": ["10.0.0.0/8"]]],
        ["cidrs": ["cidrs": ["11.0.0.1"]]]
      ),
    ]
    var id: Int64 = 0
    for (type, comparison, normal, measured) in cases {
      try await create(api, type, type)
      try await api.attachProfile("On-\(type)", behavior(type, comparison, normal))
      id += 1
      try await api.report(report(id, type, measured))
      let active = try await api.call(
        "Detect/ListActiveViolations", ["security_profile_name": .text("On-\(type)")])
      let violation = active["active_violations"]?[0]
      #expect(violation?["last_violation_value"] == measured)
      #expect(violation?["behavior"]?["criteria"]?["value"] == normal)
      let values = try await api.call(
        "MetricIngestion/ListMetricValues",
        [
          "thing_name": "lamp", "metric_name": .text(type), "start_time": .number(api.now - 1000),
          "end_time": .number(api.now + 1),
        ])
      #expect(values["metric_datum_list"]?[0]?["value"] == measured)
      let used = try await api.call("Detect/ListSecurityProfiles", ["metric_name": .text(type)])
      #expect(used["security_profile_identifiers"]?[0]?["name"] == .text("On-\(type)"))
      let inUse = try await api.fault("Detect/DeleteCustomMetric", ["metric_name": .text(type)])
      #expect(inUse.field == "metric_name")
    }
  }

  @Test func `A value of another type is rejected by its field, in a call and in a backtest`()
    async throws
  {
    let api = try TestAPI()
    try await create(api, "m", "NUMBER")
    let put = try await api.call(
      "MetricIngestion/PutMetricReports",
      ["reports": [report(1, "m", ["count": 1]), report(1, "n", ["number": 1.0])]])
    #expect(put["rejections"]?[0]?["field"] == "datapoints[0].value")
    #expect(put["rejections"]?[1]?["field"] == "datapoints[0].metric")

    let call = try api.stream("Detect/Backtest")
    call.send([
      "profiles": [
        "profiles": [
          [
            "security_profile_name": "Draft",
            "behaviors": [behavior("m", "LESS_THAN", ["number": 1.0])],
          ]
        ]
      ]
    ])
    guard case .message(var timed) = report(1, "m", ["number": 1.5]) else { return }
    timed["time"] = 1000
    call.send(["reports": ["reports": [.message(timed)]]])
    let alarm = await call.response()?["violation_event"]
    #expect(alarm?["metric_value"] == ["number": 1.5])
    timed["datapoints"] = [["metric": "m", "value": ["count": 1]]]
    call.send(["reports": ["reports": [.message(timed)]]])
    #expect(await call.response() == nil)
    #expect(await call.status()?.code == .invalidArgument)
  }
}
