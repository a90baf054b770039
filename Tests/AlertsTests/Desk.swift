import Detect
import Testing

@testable import Alerts

/// A dispatcher at a store, with a clock that a test sets. The store answers at once; what is sent is collected,
/// and the test says what becomes of it.
struct Desk {
  struct Request {
    var number: Int
    var shipment: Shipment
    var target: String
    var sequences: [Int64] { shipment.deliveries.map(\.alert.sequence) }
  }

  let store = MemoryStore()
  var dispatcher: Dispatcher
  var now: Int64 = 1_000_000
  /// Sent and not finished.
  var requests: [Request] = []
  var storeFails = false
  private var random = SplitMix64(seed: 7)
  private var lastSequence: Int64 = 0

  init(
    policy: DeliveryPolicy = DeliveryPolicy(), delivery: @escaping @Sendable (String) -> Delivery
  ) {
    dispatcher = Dispatcher(policy: policy, delivery: delivery)
  }

  init(policy: DeliveryPolicy = DeliveryPolicy()) {
    self.init(policy: policy) { _ in .each }
  }

  /// What the alerts that wait for their outcome are about.
  var sent: [[Int64]] { requests.map(\.sequences) }

  /// Commits an event for each name of a thing, and does what there is to do.
  mutating func commit(_ things: [String], to target: String = "a") throws {
    let events = things.map { thing in
      lastSequence += 1
      return ViolationEvent.sample(lastSequence, thing: thing)
    }
    try store.commit(events, to: target, at: now)
    dispatcher.alertsArrived(at: target, at: now)
    try work()
  }

  /// Does everything that can be done now.
  mutating func work() throws {
    while true {
      let actions = dispatcher.next(at: now)
      if actions.isEmpty { return }
      for action in actions { try perform(action) }
    }
  }

  private mutating func perform(_ action: Dispatcher.Action) throws {
    if case .send(let number, let shipment, let target) = action {
      requests.append(Request(number: number, shipment: shipment, target: target))
      return
    }
    guard !storeFails else { return dispatcher.storeFailed(at: now) }
    switch action {
    case .send: break
    case .read(let target, let limit, let bytes):
      let page = try store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
      dispatcher.read(page, of: target, at: now)
    case .record(let alerts):
      try store.record(alerts)
      dispatcher.recorded()
    case .search:
      for target in try store.pendingAlertTargets(after: nil, limit: .max) {
        dispatcher.alertsArrived(at: target, at: now)
      }
      dispatcher.searched(at: now)
    }
  }

  /// Ends the request at a place of `requests`, and does what there is to do then.
  mutating func finish(_ result: SendResult, at place: Int = 0) throws {
    let request = requests.remove(at: place)
    dispatcher.finished(request.number, result, at: now, using: &random)
    try work()
  }

  mutating func advance(by milliseconds: Int64) throws {
    now += milliseconds
    try work()
  }

  /// Goes to the next time at which there is something to do, and does it.
  mutating func advanceToNext() throws {
    let next = try #require(dispatcher.wakeTime(at: now))
    try advance(by: next - now)
  }

  /// The state of each alert, by rising sequence number.
  func states() throws -> [AlertState] { try store.alerts().map(\.state) }
}
