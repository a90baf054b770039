internal import Dispatch

/// Runs tasks one after another on a thread of its own: on those that all tasks share, a report could wait for
/// as long as a backtest computes.
final class TaskQueue: TaskExecutor {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
