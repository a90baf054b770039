import Testing

@testable import Detect

/// What a request for metric values must say.
struct MetricValueQueryTests {
  private func fault(
    thing: String = "cam", metric: String = "aws:num-disconnects", start: Int64?, end: Int64?,
    maxResults: Int64? = nil, nextToken: String? = nil
  ) -> DetectError? {
    do {
      _ = try MetricValueQuery(
        ListMetricValues(
          thingName: thing, metricName: metric, startTime: start, endTime: end,
          nextToken: nextToken, maxResults: maxResults), of: MetricDefinitions())
      return nil
    } catch {
      return error
    }
  }

  private func field(_ error: DetectError?) -> String? {
    if case .invalidRequest(_, let field) = error { field } else { nil }
  }

  @Test func `the times are required, in order, and at most 14 days apart`() {
    #expect(field(fault(start: nil, end: 1)) == "startTime")
    #expect(field(fault(start: 1, end: nil)) == "endTime")
    #expect(field(fault(start: 2, end: 1)) == "startTime")
    #expect(fault(start: 0, end: Limits.metricValueRange) == nil)
    #expect(
      fault(start: 0, end: Limits.metricValueRange + 1)
        == .invalidRequest(
          "startTime and endTime should be at most 14 days apart", field: "startTime"))
    #expect(field(fault(start: .min, end: .max)) == "startTime")
  }

  @Test func `thing, page and token are checked`() {
    #expect(field(fault(thing: "", start: 0, end: 1)) == "thingName")
    #expect(
      field(fault(thing: String(repeating: "a", count: 129), start: 0, end: 1)) == "thingName")
    #expect(field(fault(start: 0, end: 1, maxResults: 251)) == "maxResults")
    #expect(field(fault(start: 0, end: 1, nextToken: "AAAA")) == "nextToken")
  }
}
