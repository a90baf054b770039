import Synchronization

/// Durable events as they happen, for those who watch.
///
/// A watcher pulls: it says which sequence number it has and gets what comes after, so a slow watcher costs
/// no memory. The latest events are answered from memory, older ones from the store.
final class EventFeed: Sendable {
  private let state: Mutex<State>

  private struct State {
    var newest: Int64
    /// Consecutive events ending with `newest`.
    var recent: [ViolationEvent] = []
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var cancelled: Set<UInt64> = []
    var nextWaiter: UInt64 = 0

    mutating func show(_ verifications: [ViolationVerification]) {
      for said in verifications {
        for index in recent.indices where recent[index].violationID == said.violationID {
          recent[index].verification = said.verification
        }
      }
    }
  }

  /// What there is after a sequence number.
  enum Answer: Sendable {
    case events([ViolationEvent])
    /// Events that are no longer in memory.
    case inStore
    case nothingYet
    /// No event has had this sequence number.
    case beyondNewest(Int64)
  }

  init(newest: Int64) {
    state = Mutex(State(newest: newest))
  }

  var newest: Int64 { state.withLock { $0.newest } }

  /// Adds events that have become durable, and wakes who waits. What was said of violations shows in the
  /// events that are sent from now on, as it does in those read from the store.
  func publish(_ events: [ViolationEvent], _ verifications: [ViolationVerification]) {
    guard let last = events.last else { return state.withLock { $0.show(verifications) } }
    wake { state in
      state.newest = last.sequence
      state.recent += events
      state.show(verifications)
      if state.recent.count > 2 * Limits.recentEvents {
        state.recent.removeFirst(state.recent.count - Limits.recentEvents)
      }
    }
  }

  /// Begins anew after the engine was loaded again.
  func restart(newest: Int64) {
    wake { state in
      state.newest = newest
      state.recent = []
    }
  }

  func events(after sequence: Int64) -> Answer {
    state.withLock { state in
      if sequence > state.newest { return .beyondNewest(state.newest) }
      if sequence == state.newest { return .nothingYet }
      guard let first = state.recent.first, first.sequence <= sequence + 1 else { return .inStore }
      let start = Int(sequence + 1 - first.sequence)
      return .events(Array(state.recent[start...].prefix(Limits.eventsPerRead)))
    }
  }

  /// Waits until there are events after the sequence number, or the task is cancelled.
  func wait(after sequence: Int64) async {
    let waiter = state.withLock { state in
      defer { state.nextWaiter += 1 }
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.cancelled.remove(waiter) != nil || state.newest != sequence { return true }
          state.waiters[waiter] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        let continuation = state.waiters.removeValue(forKey: waiter)
        if continuation == nil { state.cancelled.insert(waiter) }
        return continuation
      }
      continuation?.resume()
    }
    state.withLock { _ = $0.cancelled.remove(waiter) }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiters = state.withLock { state in
      change(&state)
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume() }
  }
}
