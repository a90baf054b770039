/// When which part of a snapshot is written.
///
///     ┌─► resting ──────────► writing ───────────────► compacting ─┐
///     │   until one is due    part by part, the last   step by     │
///     │                       one makes it count       step        │
///     └────────────────────────────────────────────────────────────┘
///
/// One chore goes between two groups, so a report waits for one, unless more comes than can be kept. A start, and a load after a
/// failure, begin with compacting: it removes what was begun and not completed.
struct SnapshotCycle: Sendable {
  enum Phase {
    case compacting
    case resting
    case writing
  }

  /// What the writer does when it has written a group.
  enum Chore: Sendable {
    case part(SnapshotPart)
    case compaction(limit: Int)
  }

  private(set) var phase = Phase.compacting
  /// Whether a chore has failed, and the next one waits for a tick.
  private(set) var isPaused = false
  /// Position of the last complete snapshot.
  private(set) var position: Int64
  /// Bytes of the journal since the last snapshot began.
  private(set) var journalBytes: Int
  /// Rows that the snapshot leaves to be moved or removed, the journal's bytes counted as rows, and those of them that are.
  private var rows = 0
  private var compacted = 0
  /// Bytes of the journal that a start has to replay at most.
  private let journalLimit: Int
  /// Bytes of retained values that wait in memory, and as many again while a snapshot is being written.
  private let unsavedLimit: Int
  /// Records and chunks in one part.
  private let items: Int

  init(_ recovery: Recovery, journalLimit: Int, unsavedLimit: Int, items: Int) {
    position = recovery.snapshotPosition
    journalBytes = recovery.journalBytes
    self.journalLimit = journalLimit
    self.unsavedLimit = unsavedLimit
    self.items = items
  }

  /// How much of the compaction is done: 0 to 1.
  var compactionProgress: Double { Double(compacted) / Double(max(1, rows)) }

  /// Rows in one step of compaction: moving one costs as much as writing two.
  private var compactionLimit: Int { max(1, items / 2) }

  mutating func add(_ bytes: Int) { journalBytes += bytes }

  /// Whether so much is in the journal, with these bytes more, that a snapshot should begin: at half of what it
  /// may hold, since it grows while the snapshot is written.
  func isDue(with bytes: Int = 0, unsaved: Int) -> Bool {
    let bytes = journalBytes + bytes
    return phase == .resting && bytes > 0
      && (bytes >= journalLimit / 2 || unsaved >= unsavedLimit)
  }

  /// Whether groups wait for chores. A snapshot is to be written and its work done before the next one is due, or
  /// journal and memory would grow without bound under a load that is too much. So two thirds of that time
  /// are for writing and one is for compacting, and a group waits while they lag behind. Reports wait in
  /// their queue then, where flow control holds their senders.
  func holdsUp(_ engine: Engine?) -> Bool {
    guard let engine, !isPaused else { return false }
    let growth = max(
      Double(journalBytes) / Double(max(1, journalLimit / 2)),
      Double(engine.unsavedByteCount) / Double(unsavedLimit))
    return switch phase {
    case .resting: false
    case .writing: growth * 1.5 > engine.snapshotProgress
    case .compacting: growth > (2 + compactionProgress) / 3
    }
  }

  /// Whether a stop has to wait: a snapshot is being written, or the last one cannot begin yet.
  var mustGoOn: Bool { phase == .writing || phase == .compacting && journalBytes > 0 }

  /// Begins a snapshot of what the engine is, which is what the groups up to the position have made it.
  mutating func begin(of engine: inout Engine?, at position: Int64) {
    engine?.beginSnapshot(at: position)
    (rows, compacted) = (journalBytes / Limits.journalBytesPerRow, 0)
    journalBytes = 0
    phase = .writing
  }

  /// The next chore, nil while there is nothing to do.
  func next(of engine: inout Engine?) -> Chore? {
    guard !isPaused else { return nil }
    switch phase {
    case .compacting: return .compaction(limit: compactionLimit)
    case .resting: return nil
    case .writing:
      let part = engine?.nextSnapshotPart(items: items, bytes: Limits.snapshotPartBytes)
      return part.map(Chore.part)
    }
  }

  /// A chore has failed: what failed once may fail again at once.
  mutating func pause() { isPaused = true }

  mutating func resume() { isPaused = false }

  /// Takes note of a chore that is done; `isMore` is what a compaction has said.
  mutating func done(_ chore: Chore, isMore: Bool, in engine: inout Engine?) {
    switch chore {
    case .compaction(let limit):
      compacted = min(rows, compacted + limit)
      if !isMore { phase = .resting }
    case .part(let part):
      rows += part.records.count
      guard part.isLast else { return }
      engine?.endSnapshot()
      // Each group is a row as well.
      rows += Int(part.position - position)
      position = part.position
      phase = .compacting
    }
  }
}
