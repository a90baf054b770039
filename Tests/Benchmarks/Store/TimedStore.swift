import Detect
import Synchronization

/// A store that notes how long the longest of each of its writes took.
final class TimedStore: Store {
  enum Write: String, CaseIterable {
    case commit = "group"
    case part = "part of a snapshot"
    case compaction = "step of compaction"
    case removal = "step of removing what has expired"
  }

  private let store: any Store
  private let times = Mutex<[Write: [Double]]>([:])

  init(_ store: any Store) {
    self.store = store
  }

  /// Prints how many of a kind there were, with the median and the longest of their milliseconds.
  func print(_ write: Write) {
    let sorted = times.withLock { $0[write] ?? [] }.sorted()
    guard let longest = sorted.last else { return }
    let name = write.rawValue + ", ms"
    let space = String(repeating: " ", count: max(1, 41 - name.count))
    Swift.print(
      "  \(name)\(space)p50 \(text(sorted[sorted.count / 2], digits: 1))  "
        + "most \(text(longest, digits: 1))  of \(sorted.count)")
  }

  private func timed<Answer>(
    _ write: Write, _ body: () throws(StoreError) -> Answer
  ) throws(StoreError) -> Answer {
    let began = ContinuousClock.now
    defer {
      let time = (ContinuousClock.now - began).seconds * 1000
      times.withLock { $0[write, default: []].append(time) }
    }
    return try body()
  }

  // MARK: Writing

  func commit(_ group: JournalGroup) throws(StoreError) {
    try timed(.commit) { () throws(StoreError) in try store.commit(group) }
  }

  func writeSnapshot(_ part: SnapshotPart) throws(StoreError) {
    try timed(.part) { () throws(StoreError) in try store.writeSnapshot(part) }
  }

  func compact(limit: Int) throws(StoreError) -> Bool {
    try timed(.compaction) { () throws(StoreError) in try store.compact(limit: limit) }
  }

  func removeExpired(
    eventsBefore: Int64, valuesBefore: Int64, limit: Int
  ) throws(StoreError) -> Bool {
    try timed(.removal) { () throws(StoreError) in
      try store.removeExpired(eventsBefore: eventsBefore, valuesBefore: valuesBefore, limit: limit)
    }
  }

  func record(_ alerts: [Alert]) throws(StoreError) { try store.record(alerts) }

  func redriveAlerts(
    of target: String?, at now: Int64, limit: Int
  ) throws(StoreError) -> [String] {
    try store.redriveAlerts(of: target, at: now, limit: limit)
  }

  // MARK: Reading

  func loadSnapshot(
    _ visit: (SnapshotRecord) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    try store.loadSnapshot(visit)
  }

  func loadJournal(
    after position: Int64,
    _ visit: (_ position: Int64, _ inputs: [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    try store.loadJournal(after: position, visit)
  }

  func violationEvents(_ query: ViolationEventQuery) throws(StoreError) -> [ViolationEvent] {
    try store.violationEvents(query)
  }

  func violationEvents(
    afterSequence sequence: Int64, limit: Int
  ) throws(StoreError) -> [ViolationEvent] {
    try store.violationEvents(afterSequence: sequence, limit: limit)
  }

  func hasEvents(ofViolation violationID: String) throws(StoreError) -> Bool {
    try store.hasEvents(ofViolation: violationID)
  }

  func explanation(
    ofViolation violationID: String
  ) throws(StoreError) -> ViolationExplanation? {
    try store.explanation(ofViolation: violationID)
  }

  func oldestSequence() throws(StoreError) -> Int64? { try store.oldestSequence() }

  func removedEventCount() throws(StoreError) -> Int64? { try store.removedEventCount() }

  func metricValues(
    thing: ThingName, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk] {
    try store.metricValues(thing: thing, start: start, end: end, upTo: position)
  }

  func pendingAlertTargets(after target: String?, limit: Int) throws(StoreError) -> [String] {
    try store.pendingAlertTargets(after: target, limit: limit)
  }

  func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) throws(StoreError) -> DueAlerts {
    try store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
  }

  func alertDeliveries(_ query: AlertQuery) throws(StoreError) -> [AlertDelivery] {
    try store.alertDeliveries(query)
  }
}
