import Detect
import Dispatch
import Synchronization

/// Runs jobs on as many threads as it has lanes, in the order in which they were enqueued. With one
/// lane, one after another.
///
/// A lane is a serial queue of its own: those get a thread whenever they need one, while jobs that block
/// on a concurrent queue would keep each other, and everybody else's, from running.
final class WorkerPool: Worker {
  private struct State {
    /// In the order of enqueueing; those before `next` are taken.
    var jobs: [@Sendable () -> Void] = []
    var next = 0
    var idle: [DispatchQueue]
  }

  private let state: Mutex<State>

  init(_ label: String, lanes: Int = 1) {
    state = Mutex(State(idle: (0..<lanes).map { DispatchQueue(label: "\(label)-\($0)") }))
  }

  func enqueue(_ job: @escaping @Sendable () -> Void) {
    let lane = state.withLock { state in
      state.jobs.append(job)
      return state.idle.popLast()
    }
    lane?.async { self.run(on: lane) }
  }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    // A usual timer may be late by a millisecond, which is as long as some of the times that are asked for.
    let timer = DispatchSource.makeTimerSource(flags: .strict)
    timer.schedule(
      deadline: .now() + .milliseconds(Int(milliseconds)), leeway: .nanoseconds(0))
    timer.setEventHandler {
      // Which also breaks the cycle between the timer and what it runs.
      timer.cancel()
      self.enqueue(job)
    }
    timer.activate()
  }

  /// Runs jobs until there are none, and leaves the lane idle.
  private func run(on lane: DispatchQueue?) {
    while let job = nextJob(orIdle: lane) { job() }
  }

  private func nextJob(orIdle lane: DispatchQueue?) -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard state.next < state.jobs.count else {
        state.jobs.removeAll(keepingCapacity: true)
        state.next = 0
        if let lane { state.idle.append(lane) }
        return nil
      }
      defer { state.next += 1 }
      return state.jobs[state.next]
    }
  }
}
