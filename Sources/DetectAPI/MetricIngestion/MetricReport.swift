internal import Access
internal import CDetectProto
internal import Detect
internal import RPC

/// Where a request has its batch: the numbers of its fields.
struct ReportBatchFields {
  /// Of the batch's number; nil for a request without one.
  var number: UInt8?
  /// Of the reports.
  var reports: UInt8
}

/// The batch of a request and its number, read without protobuf-c but for reports that are unusual; nil
/// if the request itself is. A batch that this gives is the one that `decode` would have given.
func reportBatch(
  in request: [UInt8], _ fields: ReportBatchFields, of metrics: MetricDefinitions, _ grants: Grants
) -> (number: UInt64, ReportBatch)? {
  var batch = ReportBatch(of: metrics, isAllowed: grants.allowsReports)
  var reader = ReportReader(of: metrics)
  var number: UInt64?
  let bytes = request.span
  var cursor = WireCursor(request.indices)
  do {
    while let tag = try cursor.tag(bytes) {
      if let field = fields.number, tag == WireTag.varint(field), number == nil {
        number = try cursor.varint(bytes)
        continue
      }
      guard tag == WireTag.bytes(fields.reports), batch.count < Limits.reportsPerBatch else {
        return nil
      }
      let range = try cursor.range(bytes)
      if let report = try? reader.report(in: bytes, range) {
        batch.add(report)
      } else {
        try unsafe decode(Array(request[range]), detect__v1__metric_report__init) { report in
          unsafe batch.add(report)
        }
      }
    }
  } catch {
    return nil
  }
  return (number ?? 0, batch)
}

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
    unsafe batch.add(report)
  }
  return batch
}

extension ReportBatch {
  /// Adds a report as it was decoded.
  fileprivate mutating func add(_ report: Detect__V1__MetricReport) {
    unsafe add(
      thingName: text(report.thing_name), id: report.report_id, time: optionalNumber(report.time),
      datapoints: list(report.datapoints, report.n_datapoints, sentDatapoint))
  }
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
