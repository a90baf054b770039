internal import CDetectProto
internal import Detect
internal import RPC

extension MetricIngestionMethods {
  /// Takes one batch of reports and answers once it is durable.
  func putMetricReports(
    _ request: [UInt8], from reporter: Reporter
  ) async throws(RPCStatus) -> [UInt8] {
    let grants = try reporter.grants()
    let metrics = backend.service.metrics
    let fields = ReportBatchFields(number: nil, reports: 1)
    let batch =
      if let (_, batch) = reportBatch(in: request, fields, of: metrics, grants) {
        batch
      } else {
        try unsafe decode(request, detect__v1__put_metric_reports_request__init) {
          request throws(RPCStatus) in
          try unsafe reportBatch(request.reports, request.n_reports, of: metrics, grants)
        }
      }
    let outcome = try await backend.call { service async throws(DetectError) in
      try await service.submit(batch).outcome()
    }
    return unsafe encode(detect__v1__put_metric_reports_response__init) { response, arena in
      unsafe response.accepted_count = UInt32(outcome.accepted)
      unsafe response.duplicate_count = UInt32(outcome.duplicates)
      unsafe (response.n_rejections, response.rejections) =
        rejectedReports(outcome.rejections, arena)
    }
  }
}
