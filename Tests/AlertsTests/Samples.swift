import Detect

@testable import Alerts

/// The SplitMix64 generator (Steele, Lea, Flood 2014): a seed gives the same numbers everywhere.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

extension ViolationEvent {
  static func sample(
    _ sequence: Int64, thing: String = "line-4-cam", behavior: String = "SentMsgs",
    type: ViolationEventType = .inAlarm
  ) -> ViolationEvent {
    ViolationEvent(
      sequence: sequence, violationID: "0f3c9d5be1a24d7790c2a1ad4c6e7b18",
      thing: ThingName(thing), securityProfileName: "LineCams",
      behavior: Behavior(
        name: behavior, metric: "aws:num-messages-sent",
        criteria: BehaviorCriteria(
          comparisonOperator: "less-than-equals", value: .count(40), durationSeconds: 300,
          consecutiveDatapointsToAlarm: 1, consecutiveDatapointsToClear: 1)),
      criteriaType: .staticThreshold, metricValue: type == .alarmInvalidated ? nil : .count(54),
      type: type, time: 1_700_000_400_000)
  }
}

extension AlertDelivery {
  static func sample(_ event: ViolationEvent, to target: String = "a") -> AlertDelivery {
    AlertDelivery(alert: Alert(of: event, to: target, at: 0), event: event)
  }
}

extension MemoryStore {
  /// Commits one more group.
  func commit(_ events: [ViolationEvent], to target: String, at time: Int64) throws {
    var position: Int64 = 0
    try loadJournal(after: 0) { found, _ throws(StoreError) in position = found }
    try commit(
      JournalGroup(
        position: position + 1, inputs: [1], events: events,
        alerts: events.map { Alert(of: $0, to: target, at: time) }))
  }

  /// All alerts, by rising sequence number.
  func alerts() throws -> [Alert] {
    try alertDeliveries(AlertQuery(limit: .max)).reversed().map(\.alert)
  }
}
