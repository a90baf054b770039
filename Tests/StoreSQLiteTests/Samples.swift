import Detect

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
    _ sequence: Int64, thing: String = "pump-1", profile: String = "Pumps", time: Int64 = 1_000,
    criteriaType: BehaviorCriteriaType = .staticThreshold, suppressAlerts: Bool? = nil,
    violationID: String = "0123456789abcdef0123456789abcdef", verification: Verification = .none
  ) -> ViolationEvent {
    ViolationEvent(
      sequence: sequence, violationID: violationID,
      thing: ThingName(thing), securityProfileName: profile,
      behavior: Behavior(
        name: "few messages", metric: "aws:num-messages-sent",
        criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(100)),
        suppressAlerts: suppressAlerts),
      criteriaType: criteriaType, metricValue: .count(sequence), type: .inAlarm, time: time,
      verification: verification)
  }

  /// Events with every combination of what a query can ask for, many of them at the same time.
  static func samples(_ count: Int, seed: UInt64) -> [ViolationEvent] {
    var random = SplitMix64(seed: seed)
    return (1...Int64(count)).map { sequence in
      sample(
        sequence,
        thing: ["pump", "pump-1", "caf\u{e9}", "cafe\u{301}"].randomElement(using: &random) ?? "",
        profile: ["Pumps", "Cameras"].randomElement(using: &random) ?? "",
        time: 1_000 * Int64.random(in: 0..<8, using: &random),
        criteriaType: BehaviorCriteriaType.allCases.randomElement(using: &random)
          ?? .staticThreshold,
        suppressAlerts: [nil, false, true].randomElement(using: &random) ?? nil,
        verification: Verification(
          VerificationState.allCases.randomElement(using: &random) ?? .unknown,
          description: [nil, "seen"].randomElement(using: &random) ?? nil))
    }
  }
}

extension Store {
  /// Commits one group per element, from the position after `position`.
  func commit(_ inputs: [[UInt8]], after position: Int64 = 0) throws {
    for (index, bytes) in inputs.enumerated() {
      try commit(JournalGroup(position: position + 1 + Int64(index), inputs: bytes, events: []))
    }
  }

  /// Commits events in groups of a hundred.
  func commit(_ events: [ViolationEvent]) throws {
    var position: Int64 = 0
    for start in stride(from: 0, to: events.count, by: 100) {
      position += 1
      let group = Array(events[start..<min(start + 100, events.count)])
      try commit(JournalGroup(position: position, inputs: [1], events: group))
    }
  }

  /// Writes a snapshot that is one part, and does what it leaves to do.
  func writeAndCompact(_ snapshot: SnapshotPart) throws {
    try writeSnapshot(snapshot)
    while try compact(limit: 3) {}
  }

  func journal(after position: Int64 = 0) throws -> [JournalGroup] {
    var groups: [JournalGroup] = []
    try loadJournal(after: position) { position, inputs throws(StoreError) in
      groups.append(JournalGroup(position: position, inputs: inputs, events: []))
    }
    return groups
  }

  func snapshot() throws -> SnapshotPart {
    var records: [SnapshotRecord] = []
    let position = try loadSnapshot { record throws(StoreError) in records.append(record) }
    return SnapshotPart(position: position, records: records, metricValues: [])
  }

  func allEvents() throws -> [ViolationEvent] {
    try violationEvents(afterSequence: 0, limit: 1_000_000)
  }
}

/// Whether an error is `corrupt`, whatever its text.
func isCorrupt(_ error: any Error) -> Bool {
  if case StoreError.corrupt = error { true } else { false }
}

/// The text of an `unavailable` error, nil for any other.
func unavailableText(_ error: (any Error)?) -> String? {
  if case .unavailable(let text) = error as? StoreError { text } else { nil }
}
