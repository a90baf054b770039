import Synchronization
import Testing

@testable import Detect

/// A worker whose jobs run when they are told to, and whose time passes when it is told to.
private final class TimedLane: Worker {
  let lane = Lane()
  private let timers = Mutex<[(milliseconds: Int64, job: @Sendable () -> Void)]>([])

  var delays: [Int64] { timers.withLock { $0.map(\.milliseconds) } }

  func enqueue(_ job: @escaping @Sendable () -> Void) { lane.enqueue(job) }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    timers.withLock { $0.append((milliseconds, job)) }
  }

  /// Lets as much time pass as anybody waits for.
  func elapse() {
    let jobs = timers.withLock { timers in
      defer { timers = [] }
      return timers.map(\.job)
    }
    for job in jobs { lane.enqueue(job) }
  }
}

/// When groups and parts of snapshots are written, step by step.
@Suite struct CommitTests {
  private let store = FailingStore()
  private let clock = ManualClock(1_700_000_000_000)
  private let client = Lane()
  private let engine = TimedLane()
  private let writer = Lane()

  private func makeService(
    snapshotJournalBytes: Int = 64 << 20, commitDelay: Int64 = Limits.defaultCommitDelay,
    snapshotItems: Int = Limits.snapshotItems
  ) throws -> DetectService {
    var settings = Settings()
    settings.snapshotJournalBytes = snapshotJournalBytes
    let service = try DetectService(
      store: store, settings: settings,
      workers: Workers(engine: engine, writer: writer, reader: Lane()),
      commitDelay: commitDelay, snapshotItems: snapshotItems, clock: { [clock] in clock.now },
      identifiers: { "" }, onFault: { _ in })
    run()
    store.writes.withLock { $0 = [] }
    return service
  }

  /// Runs everybody until nobody has anything to do.
  private func run() {
    while let lane = [client, engine.lane, writer].first(where: { !$0.isIdle }) { lane.step() }
  }

  /// Runs the clients and the engine, and not the writer.
  private func runEngine() {
    while let lane = [client, engine.lane].first(where: { !$0.isIdle }) { lane.step() }
  }

  private func report(_ id: UInt64, of thing: String = "cam", to service: DetectService) {
    var batch = ReportBatch()
    batch.add(thingName: thing, id: id, time: nil, datapoints: [])
    Task.detached(executorPreference: client) { [batch] in _ = await service.submit(batch) }
  }

  private var groups: Int { store.writes.withLock { $0.count { $0 == .group } } }

  @Test func `a report that comes alone is committed at once`() throws {
    let service = try makeService()
    for id in 1...3 as ClosedRange<UInt64> {
      report(id, to: service)
      run()
      #expect(groups == Int(id))
    }
    #expect(engine.delays.isEmpty)
  }

  @Test func `what comes during a commit waits for company, once, and not for longer`() throws {
    let service = try makeService()
    report(1, to: service)
    runEngine()
    report(2, to: service)
    runEngine()
    #expect(engine.delays == [Limits.defaultCommitDelay])
    run()
    #expect(groups == 1)
    for id in 3...9 as ClosedRange<UInt64> { report(id, to: service) }
    run()
    #expect(engine.delays.count == 1)
    #expect(groups == 1)
    engine.elapse()
    run()
    #expect(groups == 2)
    // Nothing has come during that commit.
    report(10, to: service)
    run()
    #expect(groups == 3)
  }

  @Test func `a group whose time is over waits for nothing but the writer`() throws {
    let service = try makeService()
    report(1, to: service)
    runEngine()
    report(2, to: service)
    runEngine()
    engine.elapse()
    runEngine()
    run()
    #expect(groups == 2)
  }

  @Test func `without a delay nothing waits, and a stop does not wait either`() throws {
    let service = try makeService(commitDelay: 0)
    report(1, to: service)
    runEngine()
    report(2, to: service)
    run()
    #expect(groups == 2)

    let patient = try makeService()
    report(3, to: patient)
    runEngine()
    report(4, to: patient)
    runEngine()
    Task.detached(executorPreference: client) { await patient.stop() }
    run()
    #expect(groups == 2)
    #expect(try store.loadSnapshot { _ in } > 0)
  }

  @Test func `one part of a snapshot goes between two groups, and no part is larger than allowed`()
    throws
  {
    let service = try makeService(snapshotJournalBytes: 4000, commitDelay: 0, snapshotItems: 5)
    for id in 1...2000 as ClosedRange<UInt64> {
      report(id, of: "thing-\(id % 20)", to: service)
      runEngine()
      writer.step()
    }
    let writes = store.writes.withLock { $0 }
    let items = writes.compactMap { write in
      if case .part(let items) = write { items } else { nil }
    }
    #expect(items.count > 20)
    #expect(items.max() == 5)
    #expect(writes.contains(.compaction))
    #expect(!zip(writes, writes.dropFirst()).contains { $0 != .group && $1 != .group })
    #expect(try store.loadSnapshot { _ in } > 0)
    run()
  }

  @Test func `a compaction that fails waits for a tick, and nobody notices`() throws {
    let service = try makeService(snapshotJournalBytes: 1)
    report(1, to: service)
    run()
    let loads = store.loads.withLock { $0 }
    store.failsSnapshots.withLock { $0 = true }
    let again = try makeService(snapshotJournalBytes: 1)
    report(2, to: again)
    run()
    #expect(groups == 1)
    #expect(store.loads.withLock { $0 } == loads + 1)
    store.failsSnapshots.withLock { $0 = false }
    report(3, to: again)
    run()
    #expect(!store.writes.withLock { $0.contains(.compaction) })
    again.tick()
    run()
    #expect(store.writes.withLock { $0.contains(.compaction) })
    #expect(store.loads.withLock { $0 } == loads + 1)
  }

  @Test func `groups wait where a snapshot would not be done before the next one is due`() throws {
    var cycle = SnapshotCycle(
      try Recovery(from: MemoryStore()), journalLimit: 200, unsavedLimit: 7, items: 10)
    var engine: Engine? = Engine()
    for index in 0..<40 {
      let report = MetricReport(thing: ThingName("thing-\(index)"), id: 1, datapoints: [])
      _ = engine?.apply(.reports([report], at: 1))
    }
    cycle.done(.compaction(limit: 5), isMore: false, in: &engine)
    cycle.add(99)
    #expect(!cycle.isDue(unsaved: 0) && cycle.isDue(with: 1, unsaved: 0))
    #expect(!cycle.isDue(unsaved: 6) && cycle.isDue(unsaved: 7))
    #expect(!cycle.holdsUp(engine))
    cycle.begin(of: &engine, at: 1)
    cycle.add(1)
    #expect(cycle.holdsUp(engine))
    var chores = 0
    while case .part(let part) = cycle.next(of: &engine) {
      #expect(part.itemCount <= 10)
      chores += 1
      // Half of what there is by a third of the journal that may come.
      if chores == 3 {
        cycle.add(25)
        #expect(!cycle.holdsUp(engine))
        cycle.add(60)
        #expect(cycle.holdsUp(engine))
      }
      cycle.done(.part(part), isMore: false, in: &engine)
    }
    #expect(chores == 5)
    // 42 records and a group are to be compacted in the last third, five at a time.
    #expect(cycle.holdsUp(engine))
    for _ in 0..<5 { cycle.done(.compaction(limit: 5), isMore: true, in: &engine) }
    #expect(!cycle.holdsUp(engine))
    cycle.add(14)
    #expect(cycle.holdsUp(engine))
    cycle.pause()
    #expect(!cycle.holdsUp(engine))
    cycle.resume()
    cycle.done(.compaction(limit: 5), isMore: false, in: &engine)
    #expect(!cycle.holdsUp(engine) && cycle.isDue(unsaved: 0))
  }

  @Test func `a part ends where its bytes do, and few things are only passed in one`() throws {
    var engine = Engine()
    for index in 0..<4 * Limits.snapshotVisits {
      let report = MetricReport(thing: ThingName("thing-\(1000 + index)"), id: 1, datapoints: [])
      _ = engine.apply(.reports([report], at: 1))
    }
    engine.beginSnapshot(at: 1)
    let first = engine.nextSnapshotPart(items: .max / Limits.snapshotVisits, bytes: 1)
    #expect(first.itemCount == 3 && !first.isLast)
    #expect(Limits.snapshotPartBytes > 1)
    while !engine.nextSnapshotPart(items: 1000, bytes: .max).isLast {}
    engine.endSnapshot()
    let last = "thing-\(999 + 4 * Limits.snapshotVisits)"
    let report = MetricReport(thing: ThingName(last), id: 2, datapoints: [])
    _ = engine.apply(.reports([report], at: 1))
    engine.beginSnapshot(at: 2)
    var parts = 1
    while !engine.nextSnapshotPart(items: 3, bytes: .max).isLast { parts += 1 }
    #expect(parts >= 2)
  }
}
