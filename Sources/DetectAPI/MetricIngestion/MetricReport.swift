internal import Access
internal import CDetectProto
internal import Detect
internal import RPC

/// The reports of a request, each checked for its content and for whether its caller may report of the
/// thing, of these metrics; `Limits.reportsPerBatch` at
/// most.
func reportBatch(
  _ reports: UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__MetricReport>?>?, _ count: Int,
  of metrics: MetricDefinitions, _ grants: Grants = .everything, requiringIDs: Bool = true
) throws(RPCStatus) -> ReportBatch {
  guard count <= Limits.reportsPerBatch else {
    throw RPCStatus(
      DetectError.invalidRequest(
        "a batch holds at most \(Limits.reportsPerBatch) reports", field: "reports"))
  }
  var batch = ReportBatch(
    of: metrics, requiringIDs: requiringIDs, isAllowed: grants.allowsReports)
  unsafe UnsafeBufferPointer(start: reports, count: count).forEach { pointer in
    guard let report = unsafe pointer?.pointee else { return }
    unsafe batch.add(
      thingName: text(report.thing_name), id: report.report_id, time: optionalNumber(report.time),
      datapoints: list(report.datapoints, report.n_datapoints, sentDatapoint))
  }
  return batch
}

private func sentDatapoint(_ datapoint: Detect__V1__ReportedDatapoint) -> SentDatapoint {
  unsafe SentDatapoint(
    text(datapoint.metric), optional(datapoint.value, MetricValue.init),
    topic: optionalText(datapoint.topic))
}

/// The number and the messages of what was rejected.
func rejectedReports(
  _ rejections: [ReportRejection], _ arena: Arena
) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__RejectedReport>?>?) {
  unsafe arena.messages(rejections, detect__v1__rejected_report__init) {
    rejection, message, arena in
    unsafe message.index = UInt32(rejection.index)
    unsafe message.reason = Detect__V1__RejectionReason(UInt32(rejection.reason.rawValue))
    unsafe message.field = arena.text(rejection.field)
    unsafe message.message = arena.text(rejection.message)
  }
}
