internal import Synchronization

/// Hands elements from one task to another, in order; the giver waits for room while `capacity` of
/// them have not been taken.
final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var isFinished = false
    /// Grows with every change.
    var version = 0
    /// Tasks that wait for a change, whichever it is: at most the giver and the taker.
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// An empty queue.
  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Waits until there is room for an element. False if the task is cancelled before.
  func hasRoom() async -> Bool {
    await retryOnChange { state in state.elements.count < self.capacity ? true : nil } ?? false
  }

  /// Adds an element. The giver has waited for room.
  func append(_ element: Element) {
    state.withLock { $0.elements.append(element) }
    signalChange()
  }

  /// Says that no element will follow.
  func finish() {
    state.withLock { $0.isFinished = true }
    signalChange()
  }

  /// The next element as soon as there is one; nil when the queue is finished and empty, or the task
  /// is cancelled before.
  func next() async -> Element? {
    let next = await retryOnChange { (state: inout State) -> Element?? in
      if !state.elements.isEmpty { return .some(state.elements.removeFirst()) }
      return state.isFinished ? .some(nil) : nil
    }
    return next ?? nil
  }

  /// Tries `step` now and after each change, until it succeeds; nil if the task is cancelled first.
  private func retryOnChange<Result: Sendable>(
    _ step: (inout State) -> Result?
  ) async -> Result? {
    while !Task.isCancelled {
      let (result, version) = state.withLock { state in (step(&state), state.version) }
      if let result {
        signalChange()
        return result
      }
      await change(after: version)
    }
    return nil
  }

  /// Suspends until the state changes or the task is cancelled.
  private func change(after version: Int) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.version != version || Task.isCancelled { return true }
          state.waiting.append(continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      signalChange()
    }
  }

  private func signalChange() {
    let waiting = state.withLock { state in
      state.version += 1
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
