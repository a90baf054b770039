import Synchronization

/// A batch that has its place in the order and is on its way to the disk.
package final class PendingBatch: Sendable {
  private enum State {
    case undecided
    case awaited(CheckedContinuation<Result<BatchOutcome, DetectError>, Never>)
    case decided(Result<BatchOutcome, DetectError>)
  }

  private let state = Mutex(State.undecided)

  /// Waits until the batch is durable and says what became of its reports. To be called once.
  package func outcome() async throws(DetectError) -> BatchOutcome {
    let result = await withCheckedContinuation { continuation in
      let decided: Result<BatchOutcome, DetectError>? = state.withLock { state in
        if case .decided(let result) = state { return result }
        state = .awaited(continuation)
        return nil
      }
      if let decided { continuation.resume(returning: decided) }
    }
    return try result.get()
  }

  func decide(_ result: Result<BatchOutcome, DetectError>) {
    let continuation: CheckedContinuation<Result<BatchOutcome, DetectError>, Never>? =
      state.withLock { state in
        defer { state = .decided(result) }
        if case .awaited(let continuation) = state { return continuation }
        return nil
      }
    continuation?.resume(returning: result)
  }
}
