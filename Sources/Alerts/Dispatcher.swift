package import Detect

/// Decides what is sent when: a value without sockets, clock, randomness and store of its own, which all are
/// arguments. Its methods are named for what happened; `next` says what to do.
///
///     store ──read──► TargetQueue ──send──► finished ──► outcomes ──record──► store
///                      one a target                       in batches
///
/// The store does one thing at a time for it: nothing is recorded while a page is read, and of what is not
/// recorded the queue knows. So nothing is sent twice, except after a crash: what was sent and not recorded is
/// then sent again, in the same order.
package struct Dispatcher: Sendable {
  /// What is to be done now.
  package enum Action: Hashable, Sendable {
    /// Send, then call `finished` with the number.
    case send(Int, Shipment, target: String)
    /// Read a page of what is due at a target, then call `read` or `storeFailed`.
    case read(target: String, limit: Int, bytes: Int)
    /// Write, then call `recorded` or `storeFailed`.
    case record([Alert])
    /// Look for targets with pending alerts, tell each with `alertsArrived`, then call `searched` or
    /// `storeFailed`.
    case search
  }

  private enum StoreWork {
    case none
    case reading(String)
    case recording([Alert])
    case searching
  }

  private let policy: DeliveryPolicy
  private let delivery: @Sendable (String) -> Delivery
  private var queues: [String: TargetQueue] = [:]
  /// Targets whose turn to read comes, in order, each once.
  private var readers: [String] = []
  private var requests: [Int: (target: String, shipment: Shipment)] = [:]
  private var lastRequest = 0
  private var outcomes: [Alert] = []
  /// When the first of the outcomes came.
  private var oldestOutcome: Int64 = 0
  private var storeWork = StoreWork.none
  /// The store failed and is left alone until then.
  private var storeRetry: Int64 = .min
  private var nextSearch: Int64 = .min
  private var isStopping = false

  /// - Parameter delivery: how a target can be reached.
  package init(policy: DeliveryPolicy, delivery: @escaping @Sendable (String) -> Delivery) {
    self.policy = policy
    self.delivery = delivery
  }

  /// Alerts in memory.
  package var alertsInMemory: Int { queues.values.reduce(0) { $0 + $1.inMemory.count } }
  /// Whether a stop was asked for and everything that was under way is recorded.
  package var isStopped: Bool {
    guard isStopping, requests.isEmpty, outcomes.isEmpty, case .none = storeWork else {
      return false
    }
    return true
  }

  // MARK: What happened

  /// The store has pending alerts to this target.
  package mutating func alertsArrived(at target: String, at now: Int64) {
    if queues[target] == nil {
      queues[target] = TargetQueue(
        policy: policy, allowsDigests: delivery(target) == .digests, at: now)
      readers.append(target)
    }
    queues[target]?.alertsArrived()
  }

  /// A page was read.
  package mutating func read(_ page: DueAlerts, of target: String, at now: Int64) {
    storeWork = .none
    note(queues[target]?.read(page, at: now) ?? [], at: now)
    if case .none(let reason) = delivery(target) {
      note(queues[target]?.giveUp(reason) ?? [], at: now)
    }
  }

  /// A search has ended.
  package mutating func searched(at now: Int64) {
    storeWork = .none
    nextSearch = now + Limits.search
    let idle = queues.filter { $0.value.isIdle(at: now) }.keys
    for target in idle { queues[target] = nil }
    readers.removeAll { queues[$0] == nil }
  }

  /// What was to be recorded is durable.
  package mutating func recorded() {
    guard case .recording(let alerts) = storeWork else { return }
    storeWork = .none
    for (target, alerts) in Dictionary(grouping: alerts, by: \.target) {
      queues[target]?.recorded(alerts)
    }
  }

  /// The store could not do what was asked: it is asked again later.
  package mutating func storeFailed(at now: Int64) {
    switch storeWork {
    case .reading(let target): queues[target]?.alertsArrived()
    case .recording(let alerts): outcomes = alerts + outcomes
    case .searching, .none: break
    }
    storeWork = .none
    storeRetry = now + Limits.storeRetry
  }

  /// A request has ended.
  package mutating func finished(
    _ request: Int, _ result: SendResult, at now: Int64,
    using random: inout some RandomNumberGenerator
  ) {
    guard let (target, shipment) = requests.removeValue(forKey: request) else { return }
    let alerts = queues[target]?.finished(shipment, result, at: now, using: &random)
    note(alerts ?? [], at: now)
  }

  /// From now on nothing is sent; what is under way is finished and written.
  package mutating func stop() {
    isStopping = true
  }

  private mutating func note(_ alerts: [Alert], at now: Int64) {
    if outcomes.isEmpty { oldestOutcome = now }
    outcomes += alerts
  }

  // MARK: What to do

  /// What is to be done now; empty until something happens or `wakeTime` comes.
  package mutating func next(at now: Int64) -> [Action] {
    var actions: [Action] = []
    if !isStopping {
      for target in readers {
        while let shipment = queues[target]?.next(at: now) {
          lastRequest += 1
          requests[lastRequest] = (target, shipment)
          actions.append(.send(lastRequest, shipment, target: target))
        }
      }
    }
    if let work = nextStoreWork(at: now) { actions.append(work) }
    return actions
  }

  private mutating func nextStoreWork(at now: Int64) -> Action? {
    guard case .none = storeWork, now >= storeRetry else { return nil }
    let isRecordDue =
      isStopping || outcomes.count >= Limits.outcomesPerWrite
      || now - oldestOutcome >= Limits.outcomeDelay
    if !outcomes.isEmpty, isRecordDue {
      let batch = Array(outcomes.prefix(Limits.outcomesPerWrite))
      outcomes.removeFirst(batch.count)
      storeWork = .recording(batch)
      return .record(batch)
    }
    guard !isStopping else { return nil }
    if now >= nextSearch {
      storeWork = .searching
      return .search
    }
    guard let reader = nextReader(at: now) else { return nil }
    let target = readers.remove(at: reader)
    readers.append(target)
    queues[target]?.readStarted()
    storeWork = .reading(target)
    return .read(target: target, limit: Limits.alertsPerTarget, bytes: Limits.bytesPerPage)
  }

  /// The target whose turn it is to read. Where as many have alerts in memory as may have, those must come to an
  /// end of them first, and the next in the row takes the place.
  private func nextReader(at now: Int64) -> Int? {
    guard let reader = readers.firstIndex(where: { queues[$0]?.wantsRead(at: now) == true }) else {
      return nil
    }
    let isHolding = queues[readers[reader]]?.inMemory.isEmpty == false
    let holders = queues.values.count { !$0.inMemory.isEmpty }
    return isHolding || holders < Limits.targetsInMemory ? reader : nil
  }

  /// When `next` may have something to do although nothing happened; nil where it never has.
  package func wakeTime(at now: Int64) -> Int64? {
    var times: [Int64] = []
    if case .none = storeWork {
      if storeRetry > now { times.append(storeRetry) }
      if !isStopping { times.append(nextSearch) }
      if !outcomes.isEmpty { times.append(oldestOutcome + Limits.outcomeDelay) }
    }
    if !isStopping { times += queues.values.compactMap { $0.wakeTime(at: now) } }
    return times.filter { $0 > now }.min()
  }
}
