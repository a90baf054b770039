import Testing

@testable import DeviceDocuments

/// The documents of evidence.md 3.4.
struct AnswerTests {
  private static let accepted = DeviceReportAnswer(
    thing: "line-4-cam", timestamp: 1_700_000_100_731,
    verdict: .accepted(
      reportID: 1_700_000_100, dropped: [DroppedMetric(path: "met.ns.bi", reason: "a reason")]))
  private static let rejected = DeviceReportAnswer(
    thing: "line-4-cam", timestamp: 1_700_000_100_731,
    verdict: .rejected(.invalidPayload, message: "Malformed metrics report: header is missing"))

  @Test func `An accepted report is answered as AWS does`() throws {
    #expect(
      String(decoding: Self.accepted.document(as: .json), as: UTF8.self)
        == #"{"reportId":1700000100,"status":"ACCEPTED","thingName":"line-4-cam","timestamp":1700000100731}"#
    )
  }

  @Test func `A rejected report is answered as AWS does, and why`() throws {
    let details =
      #"{"ErrorCode":"InvalidPayload","ErrorMessage":"Malformed metrics report: header is missing"}"#
    #expect(
      String(decoding: Self.rejected.document(as: .json), as: UTF8.self)
        == #"{"status":"REJECTED","statusDetails":\#(details),"thingName":"line-4-cam","timestamp":1700000100731}"#
    )
  }

  @Test(arguments: [accepted, rejected])
  func `CBOR says the same`(answer: DeviceReportAnswer) throws {
    #expect(
      try DocumentValue(cbor: answer.document(as: .cbor))
        == DocumentValue(json: answer.document(as: .json)))
  }
}
