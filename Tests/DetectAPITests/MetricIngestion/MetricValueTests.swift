import Detect
@testable import DetectAPI
import RPC
import Testing

@Suite struct MetricValueTests {
  @Test func `PutMetricReports answers for its reports`() async throws {
    let api = try TestAPI()
    let answer = try await api.call(
      "MetricIngestion/PutMetricReports",
      [
        "reports": [
          Sample.report("lamp", 1, ports: [22]), Sample.report("lamp", 1, ports: [22]),
          ["thing_name": "lamp"],
        ]
      ])
    #expect(answer["accepted_count"] == 1)
    #expect(answer["duplicate_count"] == 1)
    #expect(answer["rejections"]?[0]?["index"] == 2)
    #expect(answer["rejections"]?[0]?["field"] == "report_id")
    #expect(try await api.call("MetricIngestion/PutMetricReports", [:]) == [:])
  }

  @Test func `ListMetricValues gives back what was retained, oldest first`() async throws {
    let api = try TestAPI()
    try await api.attachProfile("P", Sample.noTelnet)
    let start = api.now
    for id in 1...3 as ClosedRange<Int64> {
      try await api.report(Sample.report("lamp", id, ports: [id]))
      api.now += 1000
    }
    let query: [String: Value] = [
      "thing_name": "lamp", "metric_name": "aws:listening-tcp-ports", "start_time": 0,
      "end_time": .number(api.now), "max_results": 2,
    ]
    let range = try await api.fault("MetricIngestion/ListMetricValues", .message(query))
    #expect(range.field == "start_time")

    let recent = query.merging(["start_time": .number(start)]) { $1 }
    let first = try await api.call("MetricIngestion/ListMetricValues", .message(recent))
    #expect(
      first["metric_datum_list"] == [
        ["timestamp": .number(start), "value": ["ports": ["ports": [1]]]],
        ["timestamp": .number(start + 1000), "value": ["ports": ["ports": [2]]]],
      ])
    let token = try #require(first["next_token"])
    let last = try await api.call(
      "MetricIngestion/ListMetricValues", .message(recent.merging(["next_token": token]) { $1 }))
    #expect(
      last == [
        "metric_datum_list": [
          ["timestamp": .number(start + 2000), "value": ["ports": ["ports": [3]]]]
        ]
      ])
    let dimension = try await api.fault(
      "MetricIngestion/ListMetricValues",
      .message(recent.merging(["dimension_name": "d"]) { $1 }))
    #expect(dimension.code == .notFound)
  }
}
