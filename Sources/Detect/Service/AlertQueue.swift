import Synchronization

/// The durable alerts as their delivery sees them: what is due, what became of it, and word of new ones.
///
/// It blocks nobody: reads happen on the readers' worker, and what is written takes its turn between commits.
package final class AlertQueue: Sendable {
  private struct State {
    /// Targets that have got alerts since somebody asked.
    var targets: Set<String> = []
    var waiter: CheckedContinuation<Set<String>, Never>?
  }

  private let store: any Store
  private let workers: Workers
  private let onFault: @Sendable (StoreError) -> Void
  private let state = Mutex(State())

  init(
    store: any Store, workers: Workers, onFault: @escaping @Sendable (StoreError) -> Void
  ) {
    self.store = store
    self.workers = workers
    self.onFault = onFault
  }

  // MARK: Word of new alerts

  /// Says that alerts to these targets are durable.
  func announce(_ targets: [String]) {
    guard !targets.isEmpty else { return }
    state.withLock { state in
      state.targets.formUnion(targets)
      if let waiter = state.waiter {
        waiter.resume(returning: state.targets)
        (state.waiter, state.targets) = (nil, [])
      }
    }
  }

  /// Waits for word and returns the targets that have new alerts; none where the task is cancelled. One task at
  /// a time may wait.
  package func newTargets() async -> Set<String> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { state in
          precondition(state.waiter == nil, "two tasks wait for alerts")
          guard state.targets.isEmpty, !Task.isCancelled else {
            continuation.resume(returning: state.targets)
            state.targets = []
            return
          }
          state.waiter = continuation
        }
      }
    } onCancel: {
      state.withLock { state in
        state.waiter?.resume(returning: [])
        state.waiter = nil
      }
    }
  }

  // MARK: The alerts

  /// Some targets that have pending alerts, by rising bytes, after the given one; none after the last.
  package func pendingTargets(after target: String?) async throws(StoreError) -> [String] {
    try await run(on: workers.reader) { store throws(StoreError) in
      try store.pendingAlertTargets(after: target, limit: Limits.alertTargetsPerRead)
    }
  }

  /// See `AlertStore.dueAlerts`.
  package func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) async throws(StoreError) -> DueAlerts {
    try await run(on: workers.reader) { store throws(StoreError) in
      try store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
    }
  }

  /// See `AlertStore.record`.
  package func record(_ alerts: [Alert]) async throws(StoreError) {
    try await run(on: workers.writer) { store throws(StoreError) in try store.record(alerts) }
  }

  /// Alerts that match, newest first.
  func deliveries(_ query: AlertQuery) async throws(StoreError) -> [AlertDelivery] {
    try await run(on: workers.reader) { store throws(StoreError) in
      try store.alertDeliveries(query)
    }
  }

  /// Makes one step of dead alerts pending again, and says how many there were. Fewer than a step are the last.
  func redrive(of target: String?, at now: Int64) async throws(StoreError) -> Int {
    let targets = try await run(on: workers.writer) { store throws(StoreError) in
      try store.redriveAlerts(of: target, at: now, limit: Limits.alertsPerRedrive)
    }
    announce(targets)
    return targets.count
  }

  private func run<Answer: Sendable>(
    on worker: any Worker, _ body: @escaping @Sendable (any Store) throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
      worker.enqueue { [store] in
        do throws(StoreError) {
          continuation.resume(returning: .success(try body(store)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    if case .failure(let error) = result { onFault(error) }
    return try result.get()
  }
}

extension DetectService {
  /// Alerts and how far their delivery has come, newest first.
  package func listAlertDeliveries(
    _ request: ListAlertDeliveries
  ) async throws(DetectError) -> Page<AlertDelivery> {
    let paging = try request.paging()
    let query = try request.query(paging)
    do throws(StoreError) {
      let deliveries = try await alerts.deliveries(query)
      return paging.page(of: deliveries) { "\($0.alert.sequence)" }
    } catch {
      throw .unavailable("the store cannot be read at the moment")
    }
  }

  /// Makes dead alerts pending again, in steps between which others write, and returns how many there were. A
  /// caller that gives up in between has redriven some.
  package func redriveAlertDeliveries(
    _ request: RedriveAlertDeliveries
  ) async throws(DetectError) -> Int {
    try request.check()
    var count = 0
    do throws(StoreError) {
      while !Task.isCancelled {
        let step = try await alerts.redrive(of: request.alertTargetARN, at: now)
        count += step
        if step < Limits.alertsPerRedrive { break }
      }
      return count
    } catch {
      throw .unavailable("the store cannot be written at the moment")
    }
  }
}
