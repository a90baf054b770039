import Detect

@testable import Alerts

/// One life of delivery from a seed: events are committed, targets go down and come back, answers are lost, the
/// store fails, and the process ends between any two steps. Time is virtual.
struct DeliverySimulation {
  private enum Event {
    case commit
    case arrive(Shipment, at: String)
    case finish(Int, Shipment, SendResult, at: String)
    case stored(() -> DispatcherCall)
    case wake
    case crash
    case change
  }

  /// What the dispatcher is told of a work of the store.
  private enum DispatcherCall {
    case read(DueAlerts, String)
    case recorded
    case searched([String])
    case failed
  }

  /// How a target behaves for a while.
  private enum Health: CaseIterable { case well, down, flaky, slow }

  static let targets = ["a", "b", "digests"]
  private static let policy: DeliveryPolicy = {
    var policy = DeliveryPolicy()
    policy.concurrency = 3
    policy.rate = 20
    policy.digestThreshold = 8
    return policy
  }()

  private(set) var random: SplitMix64
  private(set) var now: Int64 = 1_000_000_000
  let store = MemoryStore()
  private var dispatcher: Dispatcher
  /// Counts the processes: what was meant for one that has ended is dropped.
  private var process = 0
  private var nextWake: Int64 = .max
  /// Alerts whose delivery this process was told of: it must not send them again.
  private var told: Set<Int64> = []
  /// Requests on their way, by target.
  private var inFlight: [String: Int] = [:]
  private var agenda: [(time: Int64, process: Int?, event: Event)] = []
  private var health: [String: Health] = [:]
  private var isHealed = false
  private var lastSequence: Int64 = 0
  private var position: Int64 = 0
  /// What each target got, in order.
  private(set) var received: [String: [AlertDelivery]] = [:]
  private(set) var crashes = 0
  private(set) var digests = 0
  private(set) var violations: [String] = []

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    dispatcher = Self.makeDispatcher()
  }

  private static func makeDispatcher() -> Dispatcher {
    Dispatcher(policy: policy) { $0 == "digests" ? .digests : .each }
  }

  /// Lives for twenty minutes with faults, then without until all is delivered. Returns what went wrong.
  mutating func run() -> [String] {
    let end = now + 1_200_000
    for _ in 0..<40 { plan(.commit, in: 0...1_200_000, process: nil) }
    for _ in 0..<12 { plan(.change, in: 0...1_200_000, process: nil) }
    for _ in 0..<8 { plan(.crash, in: 0...1_200_000, process: nil) }
    plan(.wake, in: 0...0)
    while !isHealed || hasPending {
      if now >= end { isHealed = true }
      guard now < end + 7_200_000 else {
        violations.append("not delivered two hours after all was well")
        break
      }
      step()
    }
    check()
    return violations
  }

  private var hasPending: Bool {
    ((try? store.pendingAlertTargets(after: nil, limit: 1)) ?? []) != []
  }

  private mutating func plan(
    _ event: Event, in wait: ClosedRange<Int64>, process owner: Int?
  ) {
    agenda.append((now + Int64.random(in: wait, using: &random), owner, event))
  }

  private mutating func plan(_ event: Event, in wait: ClosedRange<Int64>) {
    plan(event, in: wait, process: process)
  }

  private mutating func step() {
    guard let next = agenda.indices.min(by: { agenda[$0].time < agenda[$1].time }) else {
      return plan(.wake, in: 1000...1000)
    }
    let entry = agenda.remove(at: next)
    now = max(now, entry.time)
    if let owner = entry.process, owner != process { return }
    happen(entry.event)
    for action in dispatcher.next(at: now) { perform(action) }
    if dispatcher.alertsInMemory > Self.targets.count * 3 * Limits.alertsPerTarget / 2 {
      violations.append("\(dispatcher.alertsInMemory) alerts in memory")
    }
    if let wake = dispatcher.wakeTime(at: now), wake < nextWake || nextWake <= now {
      nextWake = wake
      plan(.wake, in: (wake - now)...(wake - now))
    }
  }

  private mutating func happen(_ event: Event) {
    switch event {
    case .commit: commit()
    case .wake: break
    case .arrive(let shipment, let target):
      received[target, default: []] += shipment.deliveries
      if shipment.deliveries.count > 1 { digests += 1 }
    case .finish(let request, let shipment, let result, let target):
      inFlight[target, default: 0] -= 1
      if result == .delivered { told.formUnion(shipment.deliveries.map(\.alert.sequence)) }
      dispatcher.finished(request, result, at: now, using: &random)
    case .stored(let answer): tell(answer())
    case .crash:
      crashes += 1
      process += 1
      nextWake = .max
      told = []
      inFlight = [:]
      dispatcher = Self.makeDispatcher()
      plan(.wake, in: 0...30_000)
    case .change:
      for target in Self.targets { health[target] = Health.allCases.randomElement(using: &random) }
    }
  }

  private mutating func commit() {
    let target = Self.targets[Int.random(in: 0..<3, using: &random)]
    let events = (0..<Int.random(in: 1...20, using: &random)).map { _ in
      lastSequence += 1
      return ViolationEvent.sample(
        lastSequence, thing: "t\(Int.random(in: 0..<4, using: &random))",
        behavior: Bool.random(using: &random) ? "x" : "y")
    }
    position += 1
    do {
      try store.commit(
        JournalGroup(
          position: position, inputs: [1], events: events,
          alerts: events.map { Alert(of: $0, to: target, at: now) }))
    } catch {
      violations.append("\(error)")
    }
    // A commit that was reported as failed, and kept, is not announced.
    if Int.random(in: 0..<8, using: &random) > 0 { dispatcher.alertsArrived(at: target, at: now) }
  }

  private mutating func tell(_ call: DispatcherCall) {
    switch call {
    case .read(let page, let target): dispatcher.read(page, of: target, at: now)
    case .recorded: dispatcher.recorded()
    case .searched(let targets):
      for target in targets { dispatcher.alertsArrived(at: target, at: now) }
      dispatcher.searched(at: now)
    case .failed: dispatcher.storeFailed(at: now)
    }
  }

  // MARK: What the dispatcher wants

  private mutating func perform(_ action: Dispatcher.Action) {
    if case .send(let request, let shipment, let target) = action {
      return send(request, shipment, to: target)
    }
    let (store, now) = (store, now)
    func answer() -> DispatcherCall {
      do throws(StoreError) {
        switch action {
        case .read(let target, let limit, let bytes):
          return .read(
            try store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes), target)
        case .record(let alerts):
          try store.record(alerts)
          return .recorded
        case .search: return .searched(try store.pendingAlertTargets(after: nil, limit: 99))
        case .send: return .failed
        }
      } catch {
        return .failed
      }
    }
    // The store does it now or when it answers, or not at all; a crash may come before the answer.
    switch isHealed ? 1 : Int.random(in: 0..<10, using: &random) {
    case 0: plan(.stored { .failed }, in: 0...50)
    case 1...5: plan(.stored(answer), in: 0...50)
    default:
      let answer = answer()
      plan(.stored { answer }, in: 0...50)
    }
  }

  private mutating func send(_ request: Int, _ shipment: Shipment, to target: String) {
    if shipment.deliveries.contains(where: { $0.alert.state != .pending }) {
      violations.append("what is delivered or dead was sent")
    }
    if shipment.deliveries.contains(where: { told.contains($0.alert.sequence) }) {
      violations.append("what was taken was sent again")
    }
    inFlight[target, default: 0] += 1
    if inFlight[target, default: 0] > Self.policy.concurrency {
      violations.append("more requests at once than allowed")
    }
    // Every seventeenth alert alone is not to the target's taste.
    if case .alert(let delivery) = shipment, delivery.alert.sequence.isMultiple(of: 17) {
      let time = now + Int64.random(in: 1...50, using: &random)
      // It has come there all the same, whatever becomes of the refusal.
      agenda.append((time - 1, nil, .arrive(shipment, at: target)))
      agenda.append((time, process, .finish(request, shipment, .refused("poison"), at: target)))
      return
    }
    let health = isHealed ? .well : health[target] ?? .well
    let (arrives, isAnswered, wait): (Bool, Bool, ClosedRange<Int64>) =
      switch health {
      case .well: (true, true, 1...50)
      case .down: (false, false, 1...5000)
      case .flaky:
        (Bool.random(using: &random), Bool.random(using: &random), 1...2000)
      case .slow: (true, Bool.random(using: &random), 1000...10_000)
      }
    let time = now + Int64.random(in: wait, using: &random)
    // What is on its way arrives also if its sender has ended.
    if arrives { agenda.append((time - 1, nil, .arrive(shipment, at: target))) }
    let result: SendResult =
      arrives && isAnswered
      ? .delivered
      : .failed("no answer", retryAfter: Bool.random(using: &random) ? nil : 3000)
    agenda.append((time, process, .finish(request, shipment, result, at: target)))
  }

  // MARK: What must hold

  private mutating func check() {
    let alerts = (try? store.alerts()) ?? []
    if alerts.count != Int(lastSequence) { violations.append("an alert is missing in the store") }
    for target in Self.targets {
      var seen: Set<Int64> = []
      var latest: [Int64: Int64] = [:]
      // Whatever is repeated: when an alert comes for the first time, those before it have come.
      for delivery in received[target] ?? [] where seen.insert(delivery.alert.sequence).inserted {
        let lane = delivery.alert.lane
        if let before = latest[lane], before > delivery.alert.sequence {
          violations.append("\(delivery.alert.sequence) came after \(before) at \(target)")
        }
        latest[lane] = delivery.alert.sequence
      }
      for alert in alerts where alert.target == target {
        let isFine =
          switch alert.state {
          case .delivered: seen.contains(alert.sequence)
          case .dead: alert.failure == "poison"
          case .pending: false
          }
        if !isFine { violations.append("\(alert), received: \(seen.contains(alert.sequence))") }
      }
    }
  }
}
