import Access
import Detect
@testable import DetectAPI
import DeviceDocuments
import RPC
import Synchronization
import Testing

@Suite struct PutDeviceReportTests {
  private static func request(
    _ members: String, id: String = "7", format: Value = "DEVICE_REPORT_FORMAT_JSON"
  ) -> Value {
    let document = #"{"hed": {"rid": \#(id), "v": "1.0"}, \#(members)}"#
    return ["thing_name": "lamp", "format": format, "document": .bytes(Array(document.utf8))]
  }

  private static let telnet = #""met": {"tp": {"pts": [{"pt": 23}], "t": 1}}"#

  @Test func `PutDeviceReport has a document judged, once`() async throws {
    let api = try TestAPI()
    try await api.attachProfile("P", Sample.noTelnet)
    let accepted: Value = [
      "thing_name": "lamp", "report_id": 7, "status": "DEVICE_REPORT_STATUS_ACCEPTED",
      "timestamp": .number(api.now),
    ]
    for id in ["7", "7.0"] {
      let answer = try await api.call(
        "MetricIngestion/PutDeviceReport", Self.request(Self.telnet, id: id))
      #expect(answer == accepted)
    }
    let violations = try await api.call("Detect/ListActiveViolations", [:])
    #expect(violations["active_violations"]?[0]?["thing_name"] == "lamp")
    #expect(violations["active_violations"]?[1] == nil)
  }

  @Test func `PutDeviceReport takes CBOR`() async throws {
    let api = try TestAPI()
    // {"hed": {"rid": 7, "v": "1.0"}, "met": {}}
    let document: [UInt8] = [
      0xa2, 0x63, 0x68, 0x65, 0x64, 0xa2, 0x63, 0x72, 0x69, 0x64, 0x07, 0x61, 0x76, 0x63, 0x31,
      0x2e,
      0x30, 0x63, 0x6d, 0x65, 0x74, 0xa0,
    ]
    let answer = try await api.call(
      "MetricIngestion/PutDeviceReport",
      [
        "thing_name": "lamp", "format": "DEVICE_REPORT_FORMAT_CBOR", "document": .bytes(document),
      ])
    #expect(answer["status"] == "DEVICE_REPORT_STATUS_ACCEPTED")
    #expect(answer["report_id"] == 7)
  }

  @Test func `What is left out of a document is named`() async throws {
    let api = try TestAPI()
    let answer = try await api.call(
      "MetricIngestion/PutDeviceReport",
      Self.request(#"\#(Self.telnet), "cmet": {"no": [{"number": 1}], "yes": [{"number": 1}]}"#))
    #expect(answer["status"] == "DEVICE_REPORT_STATUS_ACCEPTED")
    #expect(
      answer["dropped_metrics"] == [
        "cmet.no[0].number: unknown metric no", "cmet.yes[0].number: unknown metric yes",
      ])
  }

  @Test(arguments: [
    (#""cmet": {"x": {"number": 1}}"#, "7", "Malformed metrics report: cmet.x: a list is needed"),
    (#""met": {}"#, "0", "Malformed metrics report: hed.rid: a positive integer is needed"),
    ("", "7", "Malformed metrics report: not JSON: string or '}' expected near '}', in line 1"),
  ])
  func `A document that is none is rejected, and why`(
    members: String, id: String, message: String
  ) async throws {
    let api = try TestAPI()
    let answer = try await api.call(
      "MetricIngestion/PutDeviceReport", Self.request(members, id: id))
    #expect(
      answer == [
        "thing_name": "lamp", "status": "DEVICE_REPORT_STATUS_REJECTED",
        "timestamp": .number(api.now), "error_code": "InvalidPayload",
        "error_message": .text(message),
      ])
  }

  @Test func `A document that is too large, or too early, is rejected`() async throws {
    var settings = Settings()
    settings.minimumReportInterval = 300_000
    let api = try TestAPI(settings: settings)
    let large = try await api.call(
      "MetricIngestion/PutDeviceReport",
      Self.request(Self.telnet + String(repeating: " ", count: 128 << 10)))
    #expect(large["error_code"] == "TooLarge")
    #expect(large["error_message"] == "a report has at most 131072 bytes")
    var codes: [Value?] = []
    for id in ["7", "8"] {
      codes.append(
        try await api.call("MetricIngestion/PutDeviceReport", Self.request(Self.telnet, id: id))[
          "error_code"])
    }
    #expect(codes == [nil, "Throttled"])
  }

  @Test func `A format is required`() async throws {
    let fault = try await TestAPI().fault(
      "MetricIngestion/PutDeviceReport",
      Self.request(Self.telnet, format: "DEVICE_REPORT_FORMAT_UNSPECIFIED"))
    #expect(fault.code == .invalidArgument)
    #expect(fault.field == "format")
  }

  @Test func `Documents in one group are answered in their order`() async throws {
    let api = try TestAPI()
    let drops = Mutex<[String: Int]>([:])
    let devices = DeviceReporting(service: api.service) { thing, dropped in
      drops.withLock { $0[thing, default: 0] += dropped.count }
    }
    let documents = [
      ("a", #"{"hed": {"rid": 1, "v": "1.0"}, "met": {}}"#), ("b", "{}"),
      ("c", #"{"hed": {"rid": 1, "v": "1.0"}, "met": {}}"#),
      ("d", #"{"hed": {"rid": 1, "v": "1.0"}, "met": {"ns": {"bi": 0.5, "bo": 0.5}}}"#),
    ].map { SentDocument(of: $0.0, as: .json, Array($0.1.utf8)) }
    let answers = try await devices.put(documents) { $0 != "c" }
    #expect(
      answers.map(\.verdict) == [
        .accepted(reportID: 1, dropped: []),
        .rejected(.invalidPayload, message: "Malformed metrics report: header is missing"),
        .rejected(.unauthorized, message: "the caller may not report for this thing"),
        .accepted(
          reportID: 1,
          dropped: ["met.ns.bi", "met.ns.bo"].map {
            DroppedMetric(path: $0, reason: "a count is whole")
          }),
      ])
    #expect(answers.map(\.thing) == ["a", "b", "c", "d"])
    #expect(drops.withLock { $0 } == ["d": 2])
  }
}
