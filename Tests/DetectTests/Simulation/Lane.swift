import Synchronization

@testable import Detect

/// A list of jobs that are run when they are told to: a worker of the service, or the place where a
/// client's task runs. So one thread runs them all, in an order that a seed decides.
final class Lane: Worker, TaskExecutor {
  private enum Job {
    case work(@Sendable () -> Void)
    case task(UnownedJob)
  }

  private let jobs = Mutex<[Job]>([])

  var isIdle: Bool { jobs.withLock { $0.isEmpty } }

  func enqueue(_ job: @escaping @Sendable () -> Void) {
    jobs.withLock { $0.append(.work(job)) }
  }

  /// Time is what the seed makes of it: the job comes when its turn does.
  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    enqueue(job)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(.task(job)) }
  }

  /// Runs the first job.
  func step() {
    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    switch job {
    case .work(let run): run()
    case .task(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    case nil: break
    }
  }
}
