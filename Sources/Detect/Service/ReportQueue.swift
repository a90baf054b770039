import Synchronization

/// Bounds what is taken and not durable yet: who finds the queue full waits for its turn.
final class ReportQueue: Sendable {
  private let limit: Int
  private let state = Mutex(State())

  private struct State {
    var used = 0
    /// First come, first served.
    var waiters: [(cost: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func hasRoom(for cost: Int, limit: Int) -> Bool {
      used == 0 || used + cost <= limit
    }
  }

  init(limit: Int) {
    self.limit = limit
  }

  /// Takes room for a batch, waiting while there is none. A batch larger than the queue goes alone.
  func enter(_ cost: Int) async {
    let entered = state.withLock { state in
      guard state.waiters.isEmpty, state.hasRoom(for: cost, limit: limit) else { return false }
      state.used += cost
      return true
    }
    if entered { return }
    await withCheckedContinuation { continuation in
      state.withLock { $0.waiters.append((cost, continuation)) }
      admitWaiters()
    }
  }

  /// Gives the room back.
  func leave(_ cost: Int) {
    state.withLock { $0.used -= cost }
    admitWaiters()
  }

  private func admitWaiters() {
    let admitted = state.withLock { state in
      var admitted = 0
      for waiter in state.waiters {
        guard state.hasRoom(for: waiter.cost, limit: limit) else { break }
        state.used += waiter.cost
        admitted += 1
      }
      defer { state.waiters.removeFirst(admitted) }
      return state.waiters.prefix(admitted).map(\.continuation)
    }
    for continuation in admitted { continuation.resume() }
  }
}

extension ReportBatch {
  /// A measure of the memory the batch holds, in bytes.
  var cost: Int {
    reports.reduce(64) { cost, report in
      let cost = report.topics.reduce(cost + 128) { $0 + 32 + $1.topic.utf8.count }
      return report.datapoints.reduce(cost) { cost, datapoint in
        switch datapoint.value {
        case .count: cost + 32
        case .addresses(let addresses): cost + 32 + 64 * addresses.texts.count
        case .ports(let ports): cost + 32 + 2 * ports.count
        case .number: cost + 32
        case .numbers(let numbers): cost + 32 + 8 * numbers.count
        case .strings(let texts): texts.reduce(cost + 32) { $0 + 32 + $1.utf8.count }
        }
      }
    }
  }
}
