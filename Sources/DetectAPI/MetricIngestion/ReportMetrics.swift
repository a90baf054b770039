internal import Access
internal import CDetectProto
internal import Detect
internal import RPC

extension MetricIngestionMethods {
  /// A batch on its way to the disk, and the number its client gave it.
  private struct NumberedBatch: Sendable {
    var number: UInt64
    var pending: PendingBatch
  }

  /// Takes batches and acknowledges each by its number, in order, once it is durable.
  ///
  /// Two tasks: one reads batches and submits them without waiting, this one waits for each and
  /// acknowledges it.
  ///
  ///     next ──► decode ──► submit ──► queue (bounded) ──► outcome ──► send
  ///
  /// While the queue is full nothing is read, so that flow control holds the client. Whatever ends
  /// the reading, what was submitted before is acknowledged first.
  func reportMetrics(
    from reporter: Reporter, next: @escaping Next, send: Send
  ) async throws(RPCStatus) {
    let queue = BoundedQueue<NumberedBatch>(capacity: Limits.outstandingBatches)
    async let end = submitBatches(of: reporter, from: next, to: queue)
    while let batch = await queue.next() {
      let outcome = try await backend.call { _ async throws(DetectError) in
        try await batch.pending.outcome()
      }
      try await send(acknowledgement(of: batch.number, outcome))
    }
    if let status = await end { throw status }
  }

  /// Submits batches until the client has sent its last. Returns the status to end with if something
  /// else stopped it.
  private func submitBatches(
    of reporter: Reporter, from next: @escaping Next, to queue: BoundedQueue<NumberedBatch>
  ) async -> RPCStatus? {
    defer { queue.finish() }
    do throws(RPCStatus) {
      let isShutDown = try await drain.interrupts { () async throws(RPCStatus) in
        while await queue.hasRoom() {
          guard let request = try await next() else { return }
          queue.append(try await submit(request, reporter.grants()))
        }
        throw RPCStatus(.cancelled, "the call is over")
      }
      return isShutDown ? .shutdown : nil
    } catch {
      return error
    }
  }

  private func submit(
    _ request: [UInt8], _ grants: Grants
  ) async throws(RPCStatus) -> NumberedBatch {
    let metrics = backend.service.metrics
    let fields = ReportBatchFields(number: 1, reports: 2)
    let (number, batch) =
      if let batch = reportBatch(in: request, fields, of: metrics, grants) {
        batch
      } else {
        try unsafe decode(request, detect__v1__report_metrics_request__init) {
          request throws(RPCStatus) in
          try unsafe (
            request.batch_number,
            reportBatch(request.reports, request.n_reports, of: metrics, grants)
          )
        }
      }
    return NumberedBatch(number: number, pending: await backend.service.submit(batch))
  }

  private func acknowledgement(of number: UInt64, _ outcome: BatchOutcome) -> [UInt8] {
    unsafe encode(detect__v1__report_metrics_response__init) { response, arena in
      unsafe response.batch_number = number
      unsafe response.accepted_count = UInt32(outcome.accepted)
      unsafe response.duplicate_count = UInt32(outcome.duplicates)
      unsafe (response.n_rejections, response.rejections) =
        rejectedReports(outcome.rejections, arena)
    }
  }
}
