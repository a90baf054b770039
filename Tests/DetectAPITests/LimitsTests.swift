import Detect
@testable import DetectAPI
import RPC
import Testing

/// Each limit at its edge. `outstandingBatches` has its test in `ReportMetricsTests`.
@Suite struct LimitsTests {
  @Test func `reportsPerBatch`() async throws {
    let api = try TestAPI()
    let report: Value = ["thing_name": "a", "report_id": 1]
    let most: Value = .list(Array(repeating: report, count: DetectAPI.Limits.reportsPerBatch))
    #expect(
      try await api.call("MetricIngestion/PutMetricReports", ["reports": most])["duplicate_count"]
        == .number(Int64(DetectAPI.Limits.reportsPerBatch) - 1))
    let tooMany: Value = .list(
      Array(repeating: report, count: DetectAPI.Limits.reportsPerBatch + 1))
    let fault = try await api.fault("MetricIngestion/PutMetricReports", ["reports": tooMany])
    #expect(fault.code == .invalidArgument)
    #expect(fault.field == "reports")
  }

  @Test func `decodedBytes lets a whole list of one-letter texts through`() async throws {
    let api = try TestAPI()
    let letters: Value = .list(Array(repeating: "a", count: 65_535))
    let answer = try await api.call(
      "MetricIngestion/PutMetricReports",
      [
        "reports": [
          [
            "thing_name": "a", "report_id": 1,
            "datapoints": [["metric": "letters", "value": ["strings": ["strings": letters]]]],
          ]
        ]
      ])
    #expect(answer["rejections"]?[0]?["field"] == "datapoints[0].metric")
    #expect(DetectAPI.Limits.decodedBytes(ofMessage: 1 << 20) == 24 << 20)
  }

  @Test func `statusMessageBytes and fieldViolationBytes`() {
    for character in ["a", "%", "ö", "😀"] {
      let text = String(repeating: character, count: 10_000)
      let status = RPCStatus(.invalidRequest(text, field: text))
      let fault = Fault(status)
      let field = fault.field ?? ""
      for (cut, limit) in [
        (status.message, DetectAPI.Limits.statusMessageBytes),
        (field, DetectAPI.Limits.fieldViolationBytes),
      ] {
        #expect(cut.hasSuffix("…"))
        #expect(text.hasPrefix(cut.dropLast()))
        let size = encodedCount(cut)
        #expect(size <= limit && size > limit - 24)
      }
      #expect(encodedCount(status.message) + (status.details.count + 2) / 3 * 4 < 8 << 10)
    }
    let short = String(repeating: "a", count: DetectAPI.Limits.statusMessageBytes)
    #expect(RPCStatus(.notFound(short)).message == short)
  }

  /// Bytes of a text when it is percent-encoded.
  private func encodedCount(_ text: String) -> Int {
    text.utf8.reduce(0) { $0 + ((0x20...0x7e).contains($1) && $1 != UInt8(ascii: "%") ? 1 : 3) }
  }
}
