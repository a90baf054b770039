internal import Access
internal import Detect
internal import DeviceDocuments

/// `PutDeviceReport`, which AWS has over MQTT only. What devices publish there, gateways post here.
struct DeviceReportOperation: Sendable {
  let backend: Backend
  let devices: DeviceReporting

  /// Takes a document in a format, and answers what the device would read on its topics.
  func put(
    _ format: DocumentFormat, _ request: OperationRequest
  ) async throws(AWSError) -> Content {
    let document = SentDocument(of: request.label("thingName"), as: format, request.body)
    let answer = try await backend.call { _ async throws(DetectError) in
      try await devices.put(document, isAllowed: request.grants.allowsReports)
    }
    return Content(
      body: answer.document(as: format), status: answer.verdict.status,
      type: "application/\(format.rawValue)")
  }
}

extension DeviceReportAnswer.Verdict {
  /// HTTP's status for it.
  fileprivate var status: Int {
    switch self {
    case .accepted: 200
    case .rejected(.invalidPayload, _): 400
    case .rejected(.unauthorized, _): 403
    case .rejected(.tooLarge, _): 413
    case .rejected(.throttled, _): 429
    }
  }
}
