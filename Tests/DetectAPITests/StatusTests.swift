import Detect
@testable import DetectAPI
import RPC
import Testing

/// The table of errors in the contract, line by line.
@Suite struct StatusTests {
  private func fault(_ error: DetectError) -> Fault { Fault(RPCStatus(error)) }

  @Test(
    arguments: [
      (.invalidRequest("m", field: ""), .invalidArgument, "INVALID_REQUEST_EXCEPTION"),
      (.notFound("m"), .notFound, "RESOURCE_NOT_FOUND_EXCEPTION"),
      (
        .alreadyExists("m", resourceID: "i", resourceARN: "a:b:c:d:e:thing/f"), .alreadyExists,
        "RESOURCE_ALREADY_EXISTS_EXCEPTION"
      ),
      (.versionConflict("m"), .aborted, "VERSION_CONFLICT_EXCEPTION"),
      (.limitExceeded("m"), .failedPrecondition, "LIMIT_EXCEEDED_EXCEPTION"),
      (
        .throttled("m", retryAfterMilliseconds: 1), .resourceExhausted, "THROTTLING_EXCEPTION"
      ),
      (.outOfRange("m", oldestSequence: 1), .outOfRange, "INVALID_REQUEST_EXCEPTION"),
      (.unavailable("m"), .unavailable, "SERVICE_UNAVAILABLE_EXCEPTION"),
    ] as [(DetectError, RPCStatus.Code, String)])
  func `Each error has its code and its exception`(
    _ error: DetectError, _ code: RPCStatus.Code, _ reason: String
  ) {
    let fault = fault(error)
    #expect(fault.code == code)
    #expect(fault.message == "m")
    #expect(fault.reason == reason)
    #expect(fault.details["ErrorInfo"]?["domain"] == "detect")
  }

  @Test func `The details are a google.rpc.Status, byte by byte`() {
    let info =
      [10, 28] + Array("RESOURCE_NOT_FOUND_EXCEPTION".utf8) + [18, 6] + Array("detect".utf8)
    let type = Array("type.googleapis.com/google.rpc.ErrorInfo".utf8)
    let any = [10, UInt8(type.count)] + type + [18, UInt8(info.count)] + info
    #expect(
      RPCStatus(.notFound("x")).details
        == [8, 5] + [18, 1] + Array("x".utf8) + [26, UInt8(any.count)] + any)
  }

  @Test func `A field at fault is named as the contract names it`() {
    let fault = fault(
      .invalidRequest("m", field: "behaviors[2].criteria.consecutiveDatapointsToAlarm"))
    #expect(fault.field == "behaviors[2].criteria.consecutive_datapoints_to_alarm")
    #expect(
      fault.details["BadRequest"]?["field_violations"]?[0]?["description"] == "m")
    #expect(
      self.fault(.invalidRequest("m", field: "attributePayload.attributes.roomNumber.x")).field
        == "attribute_payload.attributes.roomNumber.x")
    #expect(self.fault(.invalidRequest("m", field: "")).details["BadRequest"] == nil)
  }

  @Test func `What exists is named with its id, its ARN and its type`() {
    let arn = "arn:aws:iot:us-east-1:000000000000:securityprofile/P"
    let fault = fault(.alreadyExists("m", resourceID: "P", resourceARN: arn))
    #expect(
      fault.details["ErrorInfo"]?["metadata"] == [
        ["key": "resourceArn", "value": .text(arn)], ["key": "resourceId", "value": "P"],
      ])
    #expect(
      fault.details["ResourceInfo"] == [
        "resource_type": "securityprofile", "resource_name": .text(arn),
      ])
  }

  @Test func `Who is throttled learns when to come back`() {
    let fault = fault(.throttled("m", retryAfterMilliseconds: 2500))
    #expect(
      fault.details["RetryInfo"] == ["retry_delay": ["seconds": 2, "nanos": 500_000_000]])
  }

  @Test func `Who watches from too early learns what there is`() {
    let fault = fault(.outOfRange("m", oldestSequence: 42))
    #expect(
      fault.details["ErrorInfo"]?["metadata"] == [
        ["key": "oldestSequenceNumber", "value": "42"]
      ])
  }

  @Test func `Nothing of an internal failure leaves the process`() {
    let status = RPCStatus(.internalFailure("secret"))
    #expect(status.code == .internal)
    #expect(status.message == "internal failure")
    #expect(Fault(status).reason == "INTERNAL_FAILURE_EXCEPTION")
    #expect(!String(decoding: status.details, as: UTF8.self).contains("secret"))
  }
}
