import NIOCore
import Synchronization

/// Runs tasks on an event loop, all that have gathered in one turn of it.
final class LoopExecutor: ConnectionLoop {
  private let loop: any EventLoop
  private let jobs = Mutex<[UnownedJob]>([])

  init(_ loop: any EventLoop) {
    self.loop = loop
  }

  var isCurrent: Bool { loop.inEventLoop }

  func run(_ work: @escaping @Sendable () -> Void) { loop.execute(work) }

  func schedule(
    after delay: Duration, _ work: @escaping @Sendable () -> Void
  ) -> @Sendable () -> Void {
    let timer = loop.scheduleTask(in: TimeAmount(delay), work)
    return { timer.cancel() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFirst = jobs.withLock { jobs in
      jobs.append(job)
      return jobs.count == 1
    }
    // The turn that is already asked for runs those that follow.
    if isFirst { loop.execute { self.runJobs() } }
  }

  private func runJobs() {
    var batch: [UnownedJob] = []
    jobs.withLock { swap(&$0, &batch) }
    let executor = unsafe asUnownedTaskExecutor()
    for job in batch { unsafe job.runSynchronously(on: executor) }
  }
}
