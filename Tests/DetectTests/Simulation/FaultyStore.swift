@testable import Detect

/// What can go wrong with a store, and when.
enum Fault: CaseIterable {
  case commitRefused
  /// The group is kept, and the service is told that it is not.
  case commitTorn
  case snapshotRefused
  case snapshotTorn
  case powerCutBeforeCommit
  case powerCutAfterCommit
  case powerCutBeforeSnapshot
  case powerCutAfterSnapshot
  case compactionRefused
  case compactionTorn
  case powerCutBeforeCompaction
  case powerCutAfterCompaction
  /// The store cannot be read for a while: at once, or halfway through the journal.
  case loadingRefused
  case readRefused
  case removalRefused
}

/// What outlives every service of a life: the store, what was ever written to it, and the faults to come.
///
/// Its state is touched by the one thread that runs the simulation, so it may be unchecked.
final class Disk: @unchecked Sendable {
  let store = MemoryStore()
  /// Every group that is kept, from the first, also those that snapshots have removed.
  fileprivate(set) var groups: [JournalGroup] = []
  /// What the store refused as corrupt: the service must never ask for it.
  fileprivate(set) var refused: [StoreError] = []
  private(set) var happened: [Fault: Int] = [:]
  private var random: SeededGenerator
  private var faultsLeft: Int
  private var loadsToRefuse = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    faultsLeft = Int.random(in: 0...12, using: &random)
  }

  /// From here on nothing fails.
  func heal() {
    faultsLeft = 0
    loadsToRefuse = 0
  }

  /// The fault that meets an operation, if any.
  fileprivate func fault(among faults: [Fault], oneIn rarity: Int) -> Fault? {
    guard faultsLeft > 0, Int.random(in: 0..<rarity, using: &random) == 0 else { return nil }
    faultsLeft -= 1
    let fault = faults[Int.random(in: 0..<faults.count, using: &random)]
    happened[fault, default: 0] += 1
    if Bool.random(using: &random) { loadsToRefuse = Int.random(in: 1...3, using: &random) }
    return fault
  }

  /// How an attempt to load fails, nil where it does not.
  fileprivate func loadingFault() -> Fault? {
    guard loadsToRefuse > 0 else { return nil }
    loadsToRefuse -= 1
    happened[.loadingRefused, default: 0] += 1
    return .loadingRefused
  }

  fileprivate func halfway() -> Bool { Bool.random(using: &random) }

  fileprivate func keep(_ group: JournalGroup) throws(StoreError) {
    try noting { () throws(StoreError) in try store.commit(group) }
    groups.append(group)
  }

  fileprivate func keep(_ part: SnapshotPart) throws(StoreError) {
    try noting { () throws(StoreError) in try store.writeSnapshot(part) }
  }

  fileprivate func compact(_ limit: Int) throws(StoreError) -> Bool {
    try noting { () throws(StoreError) in try store.compact(limit: limit) }
  }

  private func noting<Result>(
    _ write: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    do {
      return try write()
    } catch {
      refused.append(error)
      throw error
    }
  }
}

/// The store as one service sees it: the disk with its faults, until the power is cut. What a service
/// tries after that leads to nothing.
final class FaultyStore: Store, @unchecked Sendable {
  // Touched by the one thread that runs the simulation, as the disk.
  private let disk: Disk
  private(set) var hasPower = true
  /// Writes that were tried without power.
  private(set) var lateWrites = 0

  init(_ disk: Disk) {
    self.disk = disk
  }

  func cutPower() {
    hasPower = false
  }

  // MARK: Writing

  func commit(_ group: JournalGroup) throws(StoreError) {
    try write(
      refused: .commitRefused, torn: .commitTorn, before: .powerCutBeforeCommit,
      after: .powerCutAfterCommit
    ) { () throws(StoreError) in try disk.keep(group) }
  }

  func writeSnapshot(_ part: SnapshotPart) throws(StoreError) {
    try write(
      refused: .snapshotRefused, torn: .snapshotTorn, before: .powerCutBeforeSnapshot,
      after: .powerCutAfterSnapshot
    ) { () throws(StoreError) in try disk.keep(part) }
  }

  func compact(limit: Int) throws(StoreError) -> Bool {
    try write(
      refused: .compactionRefused, torn: .compactionTorn, before: .powerCutBeforeCompaction,
      after: .powerCutAfterCompaction
    ) { () throws(StoreError) in try disk.compact(limit) }
  }

  private func write<Result>(
    refused: Fault, torn: Fault, before: Fault, after: Fault,
    _ keep: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    guard hasPower else {
      lateWrites += 1
      throw .unavailable("no power")
    }
    let fault = disk.fault(among: [refused, torn, before, after], oneIn: 10)
    if fault == before { cutPower() }
    if fault == refused || fault == before { throw .unavailable("refused") }
    let result = try keep()
    if fault == after { cutPower() }
    if fault != nil { throw .unavailable("kept, and reported as lost") }
    return result
  }

  func removeExpired(
    eventsBefore: Int64, valuesBefore: Int64, limit: Int
  ) throws(StoreError) -> Bool {
    try mayFail(.removalRefused)
    return try disk.store.removeExpired(
      eventsBefore: eventsBefore, valuesBefore: valuesBefore, limit: limit)
  }

  // MARK: Reading

  func loadSnapshot(
    _ visit: (SnapshotRecord) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    guard hasPower else { throw .unavailable("no power") }
    return try disk.store.loadSnapshot(visit)
  }

  func loadJournal(
    after position: Int64,
    _ visit: (_ position: Int64, _ inputs: [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    guard hasPower else { throw .unavailable("no power") }
    let isRefused = disk.loadingFault() != nil
    if isRefused, disk.halfway() { throw .unavailable("refused") }
    try disk.store.loadJournal(after: position, visit)
    if isRefused { throw .unavailable("refused at the end") }
  }

  func violationEvents(_ query: ViolationEventQuery) throws(StoreError) -> [ViolationEvent] {
    try mayFail(.readRefused)
    return try disk.store.violationEvents(query)
  }

  func violationEvents(
    afterSequence sequence: Int64, limit: Int
  ) throws(StoreError) -> [ViolationEvent] {
    try mayFail(.readRefused)
    return try disk.store.violationEvents(afterSequence: sequence, limit: limit)
  }

  func hasEvents(ofViolation violationID: String) throws(StoreError) -> Bool {
    try mayFail(.readRefused)
    return try disk.store.hasEvents(ofViolation: violationID)
  }

  func explanation(
    ofViolation violationID: String
  ) throws(StoreError) -> ViolationExplanation? {
    try mayFail(.readRefused)
    return try disk.store.explanation(ofViolation: violationID)
  }

  func oldestSequence() throws(StoreError) -> Int64? {
    try mayFail(.readRefused)
    return try disk.store.oldestSequence()
  }

  func removedEventCount() throws(StoreError) -> Int64? {
    try mayFail(.readRefused)
    return try disk.store.removedEventCount()
  }

  func metricValues(
    thing: ThingName, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk] {
    try mayFail(.readRefused)
    return try disk.store.metricValues(
      thing: thing, start: start, end: end, upTo: position)
  }

  func pendingAlertTargets(
    after target: String?, limit: Int
  ) throws(StoreError) -> [String] {
    try mayFail(.readRefused)
    return try disk.store.pendingAlertTargets(after: target, limit: limit)
  }

  func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) throws(StoreError) -> DueAlerts {
    try mayFail(.readRefused)
    return try disk.store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
  }

  func record(_ alerts: [Alert]) throws(StoreError) {
    try disk.store.record(alerts)
  }

  func alertDeliveries(_ query: AlertQuery) throws(StoreError) -> [AlertDelivery] {
    try mayFail(.readRefused)
    return try disk.store.alertDeliveries(query)
  }

  func redriveAlerts(
    of target: String?, at now: Int64, limit: Int
  ) throws(StoreError) -> [String] {
    try mayFail(.readRefused)
    return try disk.store.redriveAlerts(of: target, at: now, limit: limit)
  }

  private func mayFail(_ fault: Fault) throws(StoreError) {
    guard hasPower else { throw .unavailable("no power") }
    if disk.fault(among: [fault], oneIn: 40) != nil { throw .unavailable("refused") }
  }
}
