import Synchronization

/// The executable meaning of `Store`: what every implementation must do, in memory.
package final class MemoryStore: Store {
  struct State {
    var snapshotPosition: Int64 = 0
    var records: [[UInt8]: [UInt8]] = [:]
    /// The snapshot that has begun and is not complete, and what it will change.
    var draftPosition: Int64?
    var draft: [[UInt8]: [UInt8]?] = [:]
    /// Position of the group before the first one in the journal.
    var journalStart: Int64 = 0
    /// The inputs of the groups.
    var journal: [[UInt8]] = []
    var events: [Int64: ViolationEvent] = [:]
    var removedEvents: Int64 = 0
    /// By the identifier of the violation, with the time at which it ended.
    var explanations: [String: (explanation: ViolationExplanation, end: Int64?)] = [:]
    /// By the sequence numbers of their events.
    var alerts: [Int64: Alert] = [:]
    /// In the order in which they were written.
    var chunks: [MetricValueChunk] = []

    var lastPosition: Int64 { journalStart + Int64(journal.count) }
  }

  let state = Mutex(State())

  /// An empty store.
  package init() {}

  package func loadSnapshot(
    _ visit: (SnapshotRecord) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    let state = state.withLock { $0 }
    for (key, value) in state.records.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      try visit(SnapshotRecord(key: key, value: value))
    }
    return state.snapshotPosition
  }

  package func loadJournal(
    after position: Int64,
    _ visit: (_ position: Int64, _ inputs: [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    let state = state.withLock { $0 }
    guard position >= state.snapshotPosition else {
      throw .corrupt("group \(position + 1) is missing from the journal")
    }
    for (index, inputs) in state.journal.enumerated() {
      let found = state.journalStart + 1 + Int64(index)
      if found > position { try visit(found, inputs) }
    }
  }

  package func commit(_ group: JournalGroup) throws(StoreError) {
    try state.withLock { state throws(StoreError) in
      guard group.position == state.lastPosition + 1 else {
        throw .corrupt("group \(group.position) does not follow group \(state.lastPosition)")
      }
      let sequences = Set(group.events.map(\.sequence))
      guard sequences.count == group.events.count, sequences.isDisjoint(with: state.events.keys)
      else { throw .corrupt("the sequence number of a violation event is taken") }
      guard group.alerts.allSatisfy({ sequences.contains($0.sequence) }) else {
        throw .corrupt("an alert tells of no event of its group")
      }
      for event in group.events { state.events[event.sequence] = event }
      for explanation in group.explanations {
        state.explanations[explanation.violationID] = (explanation, nil)
      }
      for event in group.events where event.type != .inAlarm {
        state.explanations[event.violationID]?.end = event.time
      }
      for said in group.verifications {
        for (sequence, event) in state.events where event.violationID == said.violationID {
          state.events[sequence]?.verification = said.verification
        }
      }
      for alert in group.alerts { state.alerts[alert.sequence] = alert }
      state.journal.append(group.inputs)
    }
  }

  package func writeSnapshot(_ part: SnapshotPart) throws(StoreError) {
    try state.withLock { state throws(StoreError) in
      let (current, last) = (state.snapshotPosition, state.lastPosition)
      guard current < part.position, part.position <= last else {
        throw .corrupt("snapshot at \(part.position), outside of \(current + 1)...\(last)")
      }
      guard state.draftPosition ?? part.position == part.position else {
        throw .corrupt("a snapshot that has begun is not complete")
      }
      guard state.draftPosition != nil || state.journalStart == current else {
        throw .corrupt("the snapshot before has left work")
      }
      var draft = state.draft
      for record in part.records {
        guard draft.updateValue(record.value, forKey: record.key) == nil else {
          throw .corrupt("a record of the snapshot comes twice")
        }
      }
      state.draft = draft
      state.draftPosition = part.position
      state.chunks += part.metricValues
      guard part.isLast else { return }
      for (key, value) in draft { state.records[key] = value }
      state.draft = [:]
      state.draftPosition = nil
      state.snapshotPosition = part.position
    }
  }

  package func compact(limit: Int) throws(StoreError) -> Bool {
    state.withLock { state in
      if state.draftPosition != nil {
        state.draft = [:]
        state.draftPosition = nil
        let complete = state.snapshotPosition
        state.chunks.removeAll { $0.position > complete }
        return true
      }
      let count = min(limit, Int(state.snapshotPosition - state.journalStart))
      state.journal.removeFirst(count)
      state.journalStart += Int64(count)
      return count == limit
    }
  }

  package func violationEvents(
    _ query: ViolationEventQuery
  ) throws(StoreError) -> [ViolationEvent] {
    let matching = state.withLock { $0.events.values.filter(query.matches) }
    return Array(matching.sorted { $0.eventPosition > $1.eventPosition }.prefix(query.limit))
  }

  package func violationEvents(
    afterSequence sequence: Int64, limit: Int
  ) throws(StoreError) -> [ViolationEvent] {
    let later = state.withLock { $0.events.values.filter { $0.sequence > sequence } }
    return Array(later.sorted { $0.sequence < $1.sequence }.prefix(limit))
  }

  package func hasEvents(ofViolation violationID: String) throws(StoreError) -> Bool {
    state.withLock { $0.events.values.contains { $0.violationID == violationID } }
  }

  package func explanation(
    ofViolation violationID: String
  ) throws(StoreError) -> ViolationExplanation? {
    state.withLock { $0.explanations[violationID]?.explanation }
  }

  package func oldestSequence() throws(StoreError) -> Int64? {
    state.withLock { $0.events.keys.min() }
  }

  package func removedEventCount() throws(StoreError) -> Int64? {
    state.withLock { $0.removedEvents }
  }

  package func metricValues(
    thing: ThingName, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk] {
    state.withLock { state in
      state.chunks.filter {
        $0.thing == thing && $0.firstTime < end && $0.lastTime >= start && $0.position <= position
      }
    }
  }

  package func removeExpired(
    eventsBefore: Int64, valuesBefore: Int64, limit: Int
  ) throws(StoreError) -> Bool {
    state.withLock { state in
      let events = state.events.values.filter { $0.time < eventsBefore }
        .sorted { $0.eventPosition < $1.eventPosition }.prefix(limit)
      for event in events {
        state.events[event.sequence] = nil
        state.alerts[event.sequence] = nil
      }
      state.removedEvents += Int64(events.count)
      let chunks = state.chunks.indices.filter { state.chunks[$0].lastTime < valuesBefore }
        .sorted { state.chunks[$0].lastTime < state.chunks[$1].lastTime }.prefix(limit)
      for index in chunks.sorted(by: >) { state.chunks.remove(at: index) }
      let explanations = state.explanations.filter { $0.value.end ?? .max < eventsBefore }
        .prefix(limit)
      for (violationID, _) in explanations { state.explanations[violationID] = nil }
      return [events.count, chunks.count, explanations.count].contains(limit)
    }
  }
}
