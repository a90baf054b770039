internal import Access
internal import CDetectProto
internal import Detect
internal import DeviceDocuments
internal import RPC

extension MetricIngestionMethods {
  /// Takes a document as a device made it, and answers what the device would read.
  func putDeviceReport(
    _ request: [UInt8], from reporter: Reporter
  ) async throws(RPCStatus) -> [UInt8] {
    let grants = try reporter.grants()
    let document = try unsafe decode(request, detect__v1__put_device_report_request__init) {
      request throws(RPCStatus) in
      unsafe SentDocument(
        of: text(request.thing_name), as: try documentFormat(request.format),
        elements(request.document.data, request.document.len))
    }
    let answer = try await backend.call { _ async throws(DetectError) in
      try await devices.put(document, isAllowed: grants.allowsReports)
    }
    return unsafe encode(detect__v1__put_device_report_response__init) { response, arena in
      unsafe response.thing_name = arena.text(answer.thing)
      unsafe response.timestamp = answer.timestamp
      switch answer.verdict {
      case .accepted(let reportID, let dropped):
        unsafe response.status =
          DETECT__V1__DEVICE_REPORT_STATUS__DEVICE_REPORT_STATUS_ACCEPTED
        unsafe response.report_id = reportID
        unsafe (response.n_dropped_metrics, response.dropped_metrics) =
          arena.texts(dropped.map(\.text))
      case .rejected(let code, let message):
        unsafe response.status =
          DETECT__V1__DEVICE_REPORT_STATUS__DEVICE_REPORT_STATUS_REJECTED
        unsafe response.error_code = arena.text(code.rawValue)
        unsafe response.error_message = arena.text(message)
      }
    }
  }

  private func documentFormat(
    _ format: Detect__V1__DeviceReportFormat
  ) throws(RPCStatus) -> DocumentFormat {
    switch format {
    case DETECT__V1__DEVICE_REPORT_FORMAT__DEVICE_REPORT_FORMAT_JSON: return .json
    case DETECT__V1__DEVICE_REPORT_FORMAT__DEVICE_REPORT_FORMAT_CBOR: return .cbor
    default:
      throw RPCStatus(DetectError.invalidRequest("a format is required", field: "format"))
    }
  }
}
