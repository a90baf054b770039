import Detect
import Foundation
import Testing

@testable import StoreSQLite

/// What the database's file goes through: restarts, copies, other versions, damage.
@Suite struct SQLiteFileTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test func `a store that is opened again holds what was committed`() throws {
    try fill()
    try withStore { store throws in
      #expect(try contents(store) == filled)
      try store.commit(JournalGroup(position: 4, inputs: [4], events: [.sample(7)]))
    }
    try withStore { store throws in
      #expect(try store.journal(after: 1).map(\.position) == [2, 3, 4])
      #expect(try store.allEvents().map(\.sequence) == [1, 2, 3, 4, 5, 6, 7])
    }
  }

  @Test func `a copy of the files while the store is open holds what was committed`() throws {
    let copy = try TemporaryDirectory()
    try withStore { store throws in
      try fill(store)
      for name in ["/detect.db", "/detect.db-wal"] {
        try FileManager.default.copyItem(
          atPath: directory.path + name, toPath: copy.path + name)
      }
    }
    let store = try SQLiteStore(directory: copy.path)
    defer { store.close() }
    #expect(try contents(store) == filled)
  }

  @Test func `commits reach the disk before they return, and deleted space can be given back`()
    throws
  {
    try fill()
    let connection = try Schema.open(directory.database, in: directory.path)
    #expect(try connection.text("PRAGMA journal_mode") == "wal")
    #expect(try connection.integer("PRAGMA synchronous") == 2)
    #expect(try connection.integer("PRAGMA auto_vacuum") == 2)
    #expect(try connection.integer("PRAGMA secure_delete") == 0)
  }

  @Test func `queries of events follow an index and sort nothing`() throws {
    try fill()
    let connection = try Schema.open(directory.database, in: directory.path)
    for thing in [nil, ThingName("pump")] {
      for profile in [nil, "Pumps"] {
        let query = ViolationEventQuery(
          start: 0, end: 9, thing: thing, securityProfileName: profile,
          criteriaType: .statistical, suppressed: true, verificationState: .unknown,
          after: EventPosition(time: 5, sequence: 5), limit: 3)
        for (span, range) in zip(query.spans, ["time=? AND sequence<?", "time>? AND time<?"]) {
          let (sql, bindings) = query.statement(span, limit: 3)
          try connection.query("EXPLAIN QUERY PLAN " + sql, bindings) { row in
            let step = row.text(3)
            #expect(step.contains("SEARCH violation_event USING INDEX"), "\(step)")
            #expect(step.contains(range), "\(step)")
          }
        }
      }
    }
  }

  @Test func `a closed store answers that it is closed`() throws {
    let store = try SQLiteStore(directory: directory.path)
    store.close()
    store.close()
    #expect(performing: { try store.journal() }, throws: { unavailableText($0) != nil })
    #expect(performing: { try store.commit([[1]]) }, throws: { unavailableText($0) != nil })
  }

  @Test func `the log starts over while commits go on`() throws {
    try withStore { store throws in
      let inputs = [UInt8](repeating: 1, count: 4 << 20)
      for position in 1...40 as ClosedRange<Int64> {
        try store.commit(JournalGroup(position: position, inputs: inputs, events: []))
        try store.writeAndCompact(SnapshotPart(position: position))
      }
      // 160 MiB were written; the log holds 64 MiB and what came while it was copied.
      #expect(try size(directory.database + "-wal") < 128 << 20)
    }
  }

  @Test func `removals give space back to the file system`() throws {
    try withStore { store throws in
      try store.commit((1...5_000).map { ViolationEvent.sample($0) })
    }
    let before = try size(directory.database)
    try withStore { store throws in
      while try store.removeExpired(eventsBefore: .max, valuesBefore: 0, limit: 500) {}
    }
    #expect(try size(directory.database) < before / 2)
  }

  @Test func `a newer schema is refused, with both numbers`() throws {
    try fill()
    try edit("PRAGMA user_version = 99")
    #expect(throws: StoreError.newerSchema(found: 99, supported: Schema.migrations.count)) {
      try SQLiteStore(directory: directory.path)
    }
  }

  @Test func `the database of another program is refused and left as it is`() throws {
    try edit("CREATE TABLE theirs (x); PRAGMA user_version = 7")
    let before = try read(directory.database)
    let error = #expect(throws: StoreError.self) {
      try SQLiteStore(directory: directory.path)
    }
    #expect(
      error == .corrupt("\(directory.database) is not a store of detectd (application id 0)"))
    #expect(try read(directory.database) == before)
  }

  @Test func `a draft that a crash left behind does not hinder a new store`() throws {
    try write(Array("half a file".utf8), to: directory.database + ".new")
    try fill()
    try withStore { store throws in #expect(try contents(store) == filled) }
  }

  @Test func `a creation that a crash cut short is completed`() throws {
    try edit("PRAGMA auto_vacuum = 2; PRAGMA application_id = \(Schema.applicationID)")
    try fill()
    try withStore { store throws in #expect(try contents(store) == filled) }
  }

  @Test(arguments: ["emptied", "cut short", "overwritten", "removed beside its log"])
  func `a file that was damaged as a whole is refused`(damage: String) throws {
    try fill()
    let bytes = try read(directory.database)
    switch damage {
    case "emptied": try write([], to: directory.database)
    case "cut short": try write(Array(bytes.prefix(bytes.count / 2)), to: directory.database)
    case "overwritten":
      var random = SplitMix64(seed: 1)
      try write(
        bytes.map { _ in .random(in: 0...255, using: &random) }, to: directory.database)
    default:
      try FileManager.default.moveItem(
        atPath: directory.database, toPath: directory.database + "-wal")
    }
    #expect(performing: { try SQLiteStore(directory: directory.path) }, throws: isCorrupt)
  }

  @Test(arguments: ["group", "record", "event", "chunk", "explanation"])
  func `a flipped bit in what is stored is found when it is read`(_ kind: String) throws {
    try fill()
    var bytes = try read(directory.database)
    let markers = ["event": "few messages", "explanation": "marked-explanation"]
    let marker = Array((markers[kind] ?? "marked \(kind)").utf8)
    // A record lies once more in a page that is free: where it was before it was moved.
    let places = bytes.indices.filter { bytes[$0...].starts(with: marker) }
    #expect(!places.isEmpty, "\(kind)")
    for place in places { bytes[place] ^= 0x20 }
    try write(bytes, to: directory.database)
    #expect(
      performing: {
        try withStore { store throws in
          switch kind {
          case "group": _ = try store.journal(after: 1)
          case "record": _ = try store.snapshot()
          case "event": _ = try store.allEvents()
          case "explanation": _ = try store.explanation(ofViolation: "v")
          default: _ = try chunks(store)
          }
        }
      }, throws: isCorrupt)
  }

  @Test(arguments: [
    "DELETE FROM snapshot_record WHERE key = x'02'",
    "UPDATE snapshot SET position = 2",
    "DELETE FROM snapshot",
    "DELETE FROM journal WHERE position = 2",
    "UPDATE journal SET position = 9 WHERE position = 3",
    "UPDATE violation_event SET thing = 'other' WHERE sequence = 1",
    "UPDATE violation_event SET verification = x'0100' WHERE sequence = 1",
    "UPDATE violation_event SET verification_state = 2 WHERE sequence = 1",
    "UPDATE violation_event SET sequence = 9 WHERE sequence = 1",
    "UPDATE violation_explanation SET checksum = checksum + 1",
    "UPDATE metric_values SET first_time = 1",
    "DROP TABLE metric_values",
  ])
  func `rows that were lost or moved are found when they are read`(_ sql: String) throws {
    try fill()
    try edit(sql)
    #expect(
      performing: {
        try withStore { store throws in
          _ = try contents(store)
          _ = try store.violationEvents(
            ViolationEventQuery(start: 0, end: .max, thing: ThingName("other"), limit: 9))
          _ = try store.violationEvents(
            ViolationEventQuery(start: 0, end: .max, verificationState: .benignPositive, limit: 9))
        }
      }, throws: isCorrupt)
  }

  @Test func `whatever bit of a page is flipped, what is read is right or refused`() throws {
    try fill()
    let sound = try read(directory.database)
    #expect(sound.count.isMultiple(of: 4096))
    var random = SplitMix64(seed: 3)
    // Bits anywhere, and one at least in each page.
    let anywhere = (0..<200).map { _ in Int.random(in: sound.indices, using: &random) }
    let everyPage = stride(from: 0, to: sound.count, by: 4096).map {
      $0 + Int.random(in: 0..<4096, using: &random)
    }
    var found = 0
    for place in anywhere + everyPage {
      var bytes = sound
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try write(bytes, to: directory.database)
      do {
        try withStore { store throws in
          #expect(try contents(store) == filled, "byte \(place)")
          let query = ViolationEventQuery(start: 0, end: .max, thing: ThingName("pump-1"), limit: 9)
          #expect(try store.violationEvents(query).count == 6, "byte \(place)")
        }
      } catch is StoreError {
        found += 1
      }
      try? FileManager.default.removeItem(atPath: directory.database + "-wal")
      try? FileManager.default.removeItem(atPath: directory.database + "-shm")
    }
    // The others are in pages that are free or of tables that hold nothing.
    #expect(found > anywhere.count / 2)
  }

  @Test func `a flipped bit of the log is refused, wherever it is`() throws {
    var log: [UInt8] = []
    var sound: [UInt8] = []
    try withStore { store throws in
      try fill(store)
      log = try read(directory.database + "-wal")
      sound = try read(directory.database)
    }
    var random = SplitMix64(seed: 4)
    // Not the last frame of the log alone: each holds something of what was acknowledged.
    for _ in 0..<60 {
      var bytes = log
      let place = Int.random(in: 32..<log.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try write(sound, to: directory.database)
      try write(bytes, to: directory.database + "-wal")
      try? FileManager.default.removeItem(atPath: directory.database + "-shm")
      do {
        try withStore { store throws in
          // A snapshot may be gone: nobody was told of it, and the journal says the same.
          let position = try store.snapshot().position
          #expect(try store.journal(after: position).suffix(2) == filled.journal, "byte \(place)")
          #expect(try store.allEvents() == filled.events, "byte \(place)")
        }
      } catch StoreError.corrupt {}
    }
  }

  @Test func `a log that is gone is missed, and a damaged mark is refused`() throws {
    let mark = directory.path + "/detect.mark"
    try withStore { store throws in
      try fill(store)
      let early = try read(directory.database)
      let noted = try read(mark)
      try store.commit(JournalGroup(position: 4, inputs: [4], events: []))
      #expect(try read(mark) != noted)
      let copy = try TemporaryDirectory()
      try write(early, to: copy.database)
      try write(try read(mark), to: copy.path + "/detect.mark")
      #expect(performing: { try SQLiteStore(directory: copy.path) }, throws: isCorrupt)
      // After a power cut the mark may be older, empty or gone.
      for content in [noted, [], Array(repeating: 0, count: 16)] as [[UInt8]] {
        let copy = try TemporaryDirectory()
        for suffix in ["", "-wal"] {
          try write(try read(directory.database + suffix), to: copy.database + suffix)
        }
        try write(content, to: copy.path + "/detect.mark")
        let store = try SQLiteStore(directory: copy.path)
        #expect(try store.journal(after: 1).count == 3)
        store.close()
      }
    }
    var damaged = try read(mark)
    damaged[3] ^= 1
    try write(damaged, to: mark)
    #expect(performing: { try SQLiteStore(directory: directory.path) }, throws: isCorrupt)
  }

  // What the tests put in, and how they look at it.

  private struct Contents: Equatable {
    var snapshot: SnapshotPart
    var journal: [JournalGroup]
    var events: [ViolationEvent]
    var chunks: [MetricValueChunk]
    var explanation: ViolationExplanation?
  }

  /// What `fill` leaves in the store.
  private var filled: Contents {
    Contents(
      snapshot: SnapshotPart(
        position: 1,
        records: [
          SnapshotRecord(key: [1], value: Array("marked record".utf8)),
          SnapshotRecord(key: [2], value: Array(repeating: 2, count: 5_000)),
        ], metricValues: []),
      journal: [
        JournalGroup(position: 2, inputs: Array("marked group".utf8), events: []),
        JournalGroup(position: 3, inputs: Array(repeating: 3, count: 9_000), events: []),
      ],
      events: (1...6).map { .sample($0) },
      chunks: [
        MetricValueChunk(
          thing: ThingName("pump"), metric: Metric(number: 2), position: 1, firstTime: 0,
          lastTime: 9, values: Array("marked chunk".utf8))
      ],
      explanation: ViolationExplanation(
        violationID: "v", thing: ThingName("pump"), securityProfileName: "Pumps",
        behavior: Behavior(name: "marked-explanation"), targets: [], datapoints: []))
  }

  private func fill(_ store: SQLiteStore) throws {
    let filled = filled
    try store.commit(
      JournalGroup(
        position: 1, inputs: [1], events: filled.events,
        explanations: filled.explanation.map { [$0] } ?? []))
    for group in filled.journal { try store.commit(group) }
    var snapshot = filled.snapshot
    snapshot.metricValues = filled.chunks
    try store.writeAndCompact(snapshot)
  }

  private func fill() throws {
    try withStore { store throws in try fill(store) }
  }

  private func contents(_ store: SQLiteStore) throws -> Contents {
    Contents(
      snapshot: try store.snapshot(), journal: try store.journal(after: 1),
      events: try store.allEvents(), chunks: try chunks(store),
      explanation: try store.explanation(ofViolation: "v"))
  }

  private func chunks(_ store: SQLiteStore) throws -> [MetricValueChunk] {
    try store.metricValues(
      thing: ThingName("pump"), start: 0, end: 10, upTo: 1)
  }

  private func withStore(_ body: (SQLiteStore) throws -> Void) throws {
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    try body(store)
  }

  /// Changes the file behind the store's back.
  private func edit(_ sql: String) throws {
    try Connection(directory.database, .write, cacheKiB: 100).executeScript(sql)
  }

  private func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private func size(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
  }
}
