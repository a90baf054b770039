import Detect
import Testing

@testable import StoreSQLite

/// The store's fixed sizes, as the database sees them.
@Suite struct LimitsTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `connections have their caches, patience and length of log`() throws {
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    try store.write { connection throws(StoreError) in
      #expect(try connection.integer("PRAGMA cache_size") == -Int64(Limits.writerCacheKiB))
      #expect(try connection.integer("PRAGMA busy_timeout") == Int64(Limits.busyMilliseconds))
      #expect(try connection.integer("PRAGMA journal_size_limit") == Int64(Limits.logBytes))
    }
    try store.read { connection throws(StoreError) in
      #expect(try connection.integer("PRAGMA cache_size") == -Int64(Limits.readerCacheKiB))
      #expect(try connection.integer("PRAGMA busy_timeout") == Int64(Limits.busyMilliseconds))
    }
  }

  @Test func `so many reading connections are kept, and more are opened while they are needed`()
    throws
  {
    let store = try SQLiteStore(directory: directory.path)
    let pool = ReaderPool(directory.database)
    defer {
      pool.close()
      store.close()
    }
    func readNested(_ depth: Int) throws(StoreError) {
      try pool.read { connection throws(StoreError) in
        _ = try connection.integer("SELECT count(*) FROM journal")
        if depth > 1 { try readNested(depth - 1) }
      }
    }
    try readNested(2 * Limits.idleReaders)
    #expect(pool.idleCount == Limits.idleReaders)
  }

  @Test func `the log is copied in the background, and by the writer where it has become long`()
    throws
  {
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    let page = [UInt8](repeating: 1, count: 4096)
    let pages = [UInt8](repeating: 1, count: 4096 * 1000)
    var position: Int64 = 0
    var longest = 0
    // Small commits, which the background follows, then large ones, which outrun it.
    for inputs in Array(repeating: page, count: 50) + Array(repeating: pages, count: 40) {
      position += 1
      try store.commit(JournalGroup(position: position, inputs: inputs, events: []))
      longest = try max(
        longest, store.write { connection throws(StoreError) in connection.logPages })
    }
    #expect(longest > Limits.checkpointPages)
    #expect(longest <= Limits.logPages + 2 * Limits.checkpointPages)
  }

  @Test func `a step of compaction takes a bounded number of bytes`() throws {
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    let half = [UInt8](repeating: 1, count: Int(Limits.compactedBytes) / 2)
    try store.commit(Array(repeating: half, count: 6))
    let records = (1...6).map { SnapshotRecord(key: [$0], value: half) }
    try store.writeSnapshot(SnapshotPart(position: 6, records: records))
    var steps = 0
    while try store.compact(limit: 1000) { steps += 1 }
    // Two halves of the journal in each step, then two of the records.
    #expect(steps == 6)
  }

  @Test func `a step of removal gives back a bounded number of pages, and leaves some for reuse`()
    throws
  {
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    let inputs = [UInt8](repeating: 1, count: 4096 * 1000)
    for position in 1...8 as ClosedRange<Int64> {
      try store.commit(JournalGroup(position: position, inputs: inputs, events: []))
    }
    try store.writeAndCompact(SnapshotPart(position: 8))
    func pages(_ pragma: String) throws(StoreError) -> Int64 {
      try store.read { connection throws(StoreError) in
        try connection.integer("PRAGMA \(pragma)") ?? 0
      }
    }
    let before = try pages("page_count")
    _ = try store.removeExpired(eventsBefore: 0, valuesBefore: 0, limit: 1)
    // A page that only maps others may go with them.
    let given = try before - pages("page_count")
    #expect((Limits.vacuumedPages...Limits.vacuumedPages + 10).contains(given))
    for _ in 0..<40 { _ = try store.removeExpired(eventsBefore: 0, valuesBefore: 0, limit: 1) }
    let free = try pages("freelist_count")
    #expect(free > 0)
    #expect(try free <= pages("page_count") / Limits.keptFreePages)
  }

  @Test func `alerts are read in steps until the page is full`() throws {
    let directory = try TemporaryDirectory()
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    let count = Int64(2 * Limits.alertsPerStep + 1)
    let events = (1...count).map { ViolationEvent.sample($0) }
    try store.commit(
      JournalGroup(
        position: 1, inputs: [1], events: events,
        alerts: events.map { Alert(of: $0, to: "a", at: 0) }))
    for limit in [Limits.alertsPerStep, Limits.alertsPerStep + 1, 2 * Limits.alertsPerStep] {
      let page = try store.dueAlerts(of: "a", at: 1, limit: limit, bytes: .max)
      #expect(page.deliveries.count == limit)
      #expect(page.isMore)
    }
    let page = try store.dueAlerts(of: "a", at: 1, limit: .max, bytes: .max)
    #expect(page.deliveries.map(\.event) == events)
    #expect(!page.isMore)
  }

  @Test func `a damaged alert is refused`() throws {
    let directory = try TemporaryDirectory()
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    try store.commit(
      JournalGroup(
        position: 1, inputs: [1], events: [.sample(1)],
        alerts: [Alert(of: .sample(1), to: "a", at: 0)]))
    for column in ["target", "lane", "since", "attempts", "last_attempt", "failure"] {
      let connection = try Connection(directory.database, .write, cacheKiB: 100)
      try connection.execute("CREATE TABLE kept AS SELECT * FROM alert")
      try connection.execute("UPDATE alert SET \(column) = 7")
      #expect(
        "\(column)", performing: { try store.alertDeliveries(AlertQuery(limit: 9)) },
        throws: isCorrupt)
      try connection.execute("DELETE FROM alert")
      try connection.execute("INSERT INTO alert SELECT * FROM kept")
      try connection.execute("DROP TABLE kept")
    }
    #expect(try store.alertDeliveries(AlertQuery(limit: 9)).count == 1)
  }
}
