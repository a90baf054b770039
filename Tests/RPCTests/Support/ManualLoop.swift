import Synchronization

@testable import RPC

/// A loop that a test turns by hand, with a clock that a test moves by hand.
///
/// Whoever runs the test is "on" the loop: jobs run only inside `run`, one at a time.
final class ManualLoop: ConnectionLoop {
  private struct State {
    var jobs: [UnownedJob] = []
    var work: [@Sendable () -> Void] = []
    var timers: [(due: Duration, id: Int, work: @Sendable () -> Void)] = []
    var now = Duration.zero
    var lastID = 0
  }

  private let state = Mutex(State())

  var isCurrent: Bool { true }

  /// Timers that are set.
  var timerCount: Int { state.withLock { $0.timers.count } }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  func run(_ work: @escaping @Sendable () -> Void) {
    state.withLock { $0.work.append(work) }
  }

  func schedule(
    after delay: Duration, _ work: @escaping @Sendable () -> Void
  ) -> @Sendable () -> Void {
    let id = state.withLock { state in
      state.lastID += 1
      state.timers.append((state.now + delay, state.lastID, work))
      return state.lastID
    }
    return { [weak self] in
      self?.state.withLock { $0.timers.removeAll { $0.id == id } }
    }
  }

  /// Runs what is ready and what that makes ready. Says whether there was anything.
  @discardableResult
  func turn() -> Bool {
    var ran = false
    while true {
      let (jobs, work) = state.withLock { state in
        defer { (state.jobs, state.work) = ([], []) }
        return (state.jobs, state.work)
      }
      guard !jobs.isEmpty || !work.isEmpty else { return ran }
      ran = true
      for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
      for item in work { item() }
    }
  }

  /// Moves the clock and runs what has become due.
  func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now += duration
      let due = state.timers.filter { $0.due <= state.now }
      state.timers.removeAll { $0.due <= state.now }
      return due
    }
    for timer in due { timer.work() }
  }
}
