/// What changed since the last snapshot began.
struct Unsaved: Sendable {
  /// Things whose state changed.
  var things = 0
  /// The catalog's records to write, or nil to remove, by key.
  var catalog: [[UInt8]: [UInt8]?] = [:]

  mutating func note(_ change: Change) {
    let record = change.record
    catalog.updateValue(record.value, forKey: record.key)
  }
}

/// The time between the beginnings of two snapshots. A snapshot has everything before the next one begins, so
/// two names are enough to tell now from the time before.
enum SnapshotRound: UInt8 {
  case none
  case even
  case odd

  var next: SnapshotRound { self == .even ? .odd : .even }
}

/// A snapshot that is being taken, part by part, while the engine goes on.
///
///     things by name:   ant bee │ cam dog eel     written up to here
///                               │     dog         changed before its turn: encoded as it was
///
/// It says what was true when it began. A thing that changed in the round before and is about to change again is
/// encoded first; its record waits here for its turn, because a table is written fastest in the order of
/// its keys. What the catalog and the counters were is kept from the beginning.
struct SnapshotDraft: Sendable {
  let position: Int64
  /// How far back windows reached when it began.
  let horizon: Horizon
  /// Records that are still to be written, besides those of things.
  var records: [SnapshotRecord]
  let catalog: [[UInt8]: [UInt8]?]
  var nextOfCatalog: Dictionary<[UInt8], [UInt8]?>.Index
  /// Things and records of the catalog, altogether and those that are written.
  let total: Int
  var written = 0
  /// Things that are still to be written.
  var left: Int
  /// The latest thing in the order of the names whose turn has come.
  var last: Int?
  /// Records of things that changed before their turn.
  var kept: [Int: [SnapshotRecord]] = [:]

  var isComplete: Bool { left == 0 && records.isEmpty && nextOfCatalog == catalog.endIndex }
}

extension Engine {
  /// Bytes of the retained values received since the last snapshot began: they wait in memory for the next one.
  package var unsavedByteCount: Int { retained.byteCount }

  /// The values of one thing and metric that no complete snapshot holds, in the order of their receipt.
  package func unsavedValues(of thing: ThingName, _ metric: Metric) -> [MetricDatum] {
    guard let index = things.index(of: thing) else { return [] }
    return retained.values(through: things[index].retained)
      .filter { $0.metric == metric }
      .map { MetricDatum(timestamp: $0.time, value: $0.value) }
  }

  /// How much of the snapshot that is being taken has been handed out, from 0 to 1.
  package var snapshotProgress: Double {
    guard let draft, draft.total > 0 else { return 1 }
    return Double(draft.written) / Double(draft.total)
  }

  // MARK: Taking a snapshot

  /// Notes that a thing is about to change, and keeps it for the snapshot that is being taken. To be called
  /// before the change.
  mutating func willChange(_ thing: Int) {
    let changed = things[thing].changed
    guard changed != round, rehearsal == nil else { return }
    if changed != .none, let horizon = draft?.horizon {
      let records = records(ofThingAt: thing, horizon)
      draft?.kept[thing] = records
    }
    things[thing].changed = round
    unsaved.things += 1
  }

  /// Begins a snapshot of everything as it is now: what changed since the one before began.
  ///
  /// Work that has steps left is no part of it, so there may be none.
  ///
  /// - Parameter position: the position of the last group that was applied.
  package mutating func beginSnapshot(at position: Int64) {
    precondition(!hasWork, "a snapshot waits for the work that has begun")
    precondition(draft == nil, "a snapshot waits for the one before")
    draft = SnapshotDraft(
      position: position, horizon: horizon,
      records: [
        SnapshotRecord(key: [RecordKind.settings], value: encodedSettings()),
        SnapshotRecord(key: [RecordKind.counters], value: encodedCounters()),
      ],
      catalog: unsaved.catalog, nextOfCatalog: unsaved.catalog.startIndex,
      total: unsaved.things + unsaved.catalog.count, left: unsaved.things)
    unsaved = Unsaved()
    round = round.next
    retained.cut()
  }

  /// Encodes the next part of the snapshot that has begun: about so many records and chunks, or so many bytes.
  package mutating func nextSnapshotPart(items: Int, bytes: Int) -> SnapshotPart {
    // The draft is moved out and back, or every change of it would copy it.
    guard var draft else { preconditionFailure("no snapshot has begun") }
    self.draft = nil
    var part = SnapshotPart(position: draft.position, records: draft.records, isLast: false)
    draft.records = []
    var size = 0
    while draft.nextOfCatalog < draft.catalog.endIndex, part.itemCount < items, size < bytes {
      let (key, value) = draft.catalog[draft.nextOfCatalog]
      part.records.append(SnapshotRecord(key: key, value: value))
      size += key.count + (value?.count ?? 0)
      draft.written += 1
      draft.nextOfCatalog = draft.catalog.index(after: draft.nextOfCatalog)
    }
    var visited = 0
    var place = names.place { thing in
      draft.last.map { things[thing].name <= things[$0].name } ?? false
    }
    while draft.left > 0, part.itemCount < items, size < bytes,
      visited < items * Limits.snapshotVisits, let thing = names.next(&place)
    {
      draft.last = thing
      visited += 1
      guard let records = takeRecords(of: thing, from: &draft) else { continue }
      let chunk = retained.chunk(
        through: things[thing].retained, thing: things[thing].name, position: draft.position)
      part.records += records
      if let chunk { part.metricValues.append(chunk) }
      size += records.reduce(chunk?.values.count ?? 0) { $0 + ($1.value?.count ?? 0) }
      draft.written += 1
    }
    part.isLast = draft.isComplete
    self.draft = draft
    return part
  }

  /// The records of a thing whose turn has come; nil where the snapshot before has it as it was.
  private mutating func takeRecords(
    of thing: Int, from draft: inout SnapshotDraft
  ) -> [SnapshotRecord]? {
    let records: [SnapshotRecord]?
    switch things[thing].changed {
    case .none: records = nil
    case round: records = draft.kept.removeValue(forKey: thing)
    default:
      records = self.records(ofThingAt: thing, draft.horizon)
      things[thing].changed = .none
    }
    if records != nil { draft.left -= 1 }
    return records
  }

  /// Forgets what the snapshot holds, once all its parts are durable.
  package mutating func endSnapshot() {
    precondition(draft?.isComplete == true, "a snapshot ends with its last part")
    draft = nil
    retained.removeCut()
  }
}
