/// Holds a store against itself: every record and event is read, and the journal is applied again to what
/// the snapshot says. What comes out must be what is stored.
///
///     snapshot ──► engine ──► journal again ──► events, explanations, alerts ──► compared with the rows
///                                               last sequence number = rows that are kept + removed
///
/// What cannot be read at all is thrown as `corrupt`.
package struct StoreAudit: Sendable {
  /// In the order in which they were found, at most `Limits.auditFaults`.
  package private(set) var faults: [String] = []
  /// Things in the engine's state.
  package private(set) var things = 0
  /// Position of the snapshot.
  package private(set) var snapshotPosition: Int64 = 0
  /// Groups of the journal behind the snapshot.
  package private(set) var groups = 0
  /// Events that are kept.
  package private(set) var events: Int64 = 0
  /// The sequence number of the newest event, 0 where there has been none.
  package private(set) var lastSequence: Int64 = 0

  /// Audits a store that nobody writes to.
  package init(of store: any Store) throws(StoreError) {
    let replay = try Replay(of: store)
    things = replay.engine.things.count
    snapshotPosition = replay.snapshotPosition
    groups = replay.groups
    lastSequence = replay.engine.lastSequence
    try compareEvents(in: store, with: replay)
    try compareExplanations(in: store, with: replay)
  }

  private mutating func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
    if !condition, faults.count < Limits.auditFaults { faults.append(fault()) }
  }

  private mutating func compareEvents(
    in store: any Store, with replay: Replay
  ) throws(StoreError) {
    let alerted = try Self.alertedSequences(in: store)
    let newest = lastSequence
    var (last, kept): (Int64, Int64) = (0, 0)
    while true {
      let page = try store.violationEvents(afterSequence: last, limit: Limits.eventsPerRead)
      guard let end = page.last else { break }
      for event in page {
        expect(
          replay.agrees(with: event), "violation event \(event.sequence) is not what was decided")
        expect(
          !replay.alerts.contains(event.sequence) || alerted.contains(event.sequence),
          "the alert of violation event \(event.sequence) is missing")
      }
      kept += Int64(page.count)
      last = end.sequence
    }
    events = kept
    expect(
      last <= newest, "violation event \(last) is stored, and the journal leads to \(newest) only")
    guard let removed = try store.removedEventCount() else { return }
    expect(
      kept + removed == newest,
      """
      \(kept) violation events are kept and \(removed) were removed, but there have been \(newest)
      """)
  }

  private static func alertedSequences(in store: any Store) throws(StoreError) -> Set<Int64> {
    var sequences: Set<Int64> = []
    var before: Int64?
    while true {
      let page = try store.alertDeliveries(
        AlertQuery(before: before, limit: Limits.eventsPerRead))
      guard let end = page.last else { return sequences }
      sequences.formUnion(page.map(\.alert.sequence))
      before = end.alert.sequence
    }
  }

  /// An explanation may be gone where its violation has ended.
  private mutating func compareExplanations(
    in store: any Store, with replay: Replay
  ) throws(StoreError) {
    for expected in replay.explanations {
      let found = try store.explanation(ofViolation: expected.violationID)
      let isGone = found == nil && !replay.engine.isActive(expected.violationID)
      expect(
        found == expected || isGone,
        "the explanation of violation \(expected.violationID) is not what was decided")
    }
  }
}

/// The journal behind the snapshot, applied again, and all that came out.
private struct Replay {
  var engine = Engine()
  var snapshotPosition: Int64 = 0
  var groups = 0
  /// The sequence number of the newest event before the journal.
  var firstSequence: Int64 = 0
  var events: [ViolationEvent] = []
  var explanations: [ViolationExplanation] = []
  /// Sequence numbers of the events that alert somebody.
  var alerts: Set<Int64> = []
  /// What was said last, by the identifier of the violation: all its events show it.
  var said: [String: Verification] = [:]

  init(of store: any Store) throws(StoreError) {
    snapshotPosition = try store.loadSnapshot { record throws(StoreError) in
      try engine.restore(record)
    }
    firstSequence = engine.lastSequence
    try store.loadJournal(after: snapshotPosition) { _, inputs throws(StoreError) in
      groups += 1
      var reader = ByteReader(inputs)
      while !reader.isAtEnd {
        let outcome = engine.apply(try Input(from: &reader))
        events += outcome.events
        explanations += outcome.explanations
        alerts.formUnion(outcome.alerts.map(\.sequence))
        for each in outcome.verifications { said[each.violationID] = each.verification }
      }
    }
  }

  /// Whether a stored event is what the journal leads to, as far as the journal knows it.
  func agrees(with event: ViolationEvent) -> Bool {
    if let said = said[event.violationID], event.verification != said { return false }
    let index = Int(event.sequence - firstSequence - 1)
    guard events.indices.contains(index) else { return true }
    var expected = events[index]
    expected.verification = said[event.violationID] ?? expected.verification
    return event == expected
  }
}
