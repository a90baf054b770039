/// The service: every operation of the API, on one engine and one store.
///
/// Methods may be called from any thread; what they do happens on the service's own workers, in one
/// order. Each answer is given once what it says is durable.
package final class DetectService: Sendable {
  /// Performs an operation on profiles, targets, things, groups or tags.
  package func perform<O: Operation>(_ operation: O) async throws(DetectError) -> O.Response {
    throw .internalFailure("not wired yet")
  }

  /// Takes a batch in the order of the calls. Suspends while the queue of reports is full; returns once
  /// the batch has its place, before it is durable.
  package func submit(_ batch: ReportBatch) async throws(DetectError) -> PendingBatch {
    throw .internalFailure("not wired yet")
  }

  package func listActiveViolations(
    _ request: ListActiveViolations
  ) async throws(DetectError) -> Page<ActiveViolation> {
    throw .internalFailure("not wired yet")
  }

  package func listViolationEvents(
    _ request: ListViolationEvents
  ) async throws(DetectError) -> Page<ViolationEvent> {
    throw .internalFailure("not wired yet")
  }

  package func listMetricValues(
    _ request: ListMetricValues
  ) async throws(DetectError) -> Page<MetricDatum> {
    throw .internalFailure("not wired yet")
  }

  /// Events with a sequence number above `sequence`, oldest first, at least one: waits until there is one.
  /// A task that is cancelled while it waits gets an empty list.
  ///
  /// - Throws: `outOfRange` where events after `sequence` were removed already.
  package func violationEvents(after sequence: Int64) async throws(DetectError) -> [ViolationEvent]
  {
    throw .internalFailure("not wired yet")
  }

  /// The sequence number of the newest durable event, 0 where there is none yet.
  package func newestSequence() async throws(DetectError) -> Int64 {
    throw .internalFailure("not wired yet")
  }
}

/// A batch that has its place in the order and is on its way to the disk.
package final class PendingBatch: Sendable {
  /// Waits until the batch is durable and says what became of its reports.
  package func outcome() async throws(DetectError) -> BatchOutcome {
    throw .internalFailure("not wired yet")
  }
}
