import Synchronization
import Testing

@testable import detectd

@Suite struct WorkerPoolTests {
  @Test func `One lane runs jobs in the order of enqueueing, one after another`() async {
    let pool = WorkerPool("test")
    let order = Mutex<[Int]>([])
    await withCheckedContinuation { continuation in
      for number in 0..<10_000 { pool.enqueue { order.withLock { $0.append(number) } } }
      pool.enqueue { continuation.resume() }
    }
    #expect(order.withLock { $0 } == Array(0..<10_000))
  }

  @Test func `As many jobs run at once as there are lanes, and no more`() async {
    let lanes = Limits.readers
    let pool = WorkerPool("test", lanes: lanes)
    let count = Count()
    await withTaskGroup { group in
      for _ in 0..<200 {
        group.addTask {
          await withCheckedContinuation { continuation in
            pool.enqueue {
              count.begin()
              // Waits for company, which a pool with fewer lanes would never give.
              while count.most < lanes {}
              count.end()
              continuation.resume()
            }
          }
        }
      }
    }
    #expect(count.most == lanes)
  }

  @Test func `A job may enqueue the next`() async {
    let pool = WorkerPool("test")
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      @Sendable func step(_ left: Int) {
        if left == 0 { return continuation.resume() }
        pool.enqueue { step(left - 1) }
      }
      step(1000)
    }
  }

  /// Jobs that run now, and the most that ever ran at once.
  private final class Count: Sendable {
    private let state = Mutex((running: 0, most: 0))

    var most: Int { state.withLock { $0.most } }

    func begin() {
      state.withLock { state in
        state.running += 1
        state.most = max(state.most, state.running)
      }
    }

    func end() {
      state.withLock { $0.running -= 1 }
    }
  }
}
