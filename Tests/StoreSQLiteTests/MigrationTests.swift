import Detect
import Foundation
import Testing

@testable import StoreSQLite

/// A file that an older version wrote is brought to the form of today, with everything in it.
@Suite struct MigrationTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  /// Leaves a file of version 1, as that version wrote it.
  private func writeFirstVersion(_ events: [ViolationEvent]) throws {
    let connection = try Connection(directory.database, .write, cacheKiB: 100)
    try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    try connection.execute("PRAGMA application_id = \(Schema.applicationID)")
    try Schema.migrations[0].run(on: connection)
    try connection.execute("PRAGMA user_version = 1")
    for event in events {
      let payload = event.encoded()
      try connection.execute(
        """
        INSERT INTO violation_event
          (sequence, time, thing, profile, criteria_type, suppressed, payload, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """,
        .integer(event.sequence), .integer(event.time), .text(event.thing.text),
        .text(event.securityProfileName), .integer(Int64(event.criteriaType.rawValue)),
        .integer(event.suppressesAlerts ? 1 : 0), .blob(payload),
        .integer(
          Int64(
            bitPattern: Checksum.of(payload, seed: UInt64(bitPattern: event.sequence)))))
    }
  }

  @Test func `the events of version 1 are there, and can be found by their violation`() throws {
    let count = 2 * Limits.migratedRows + 1
    let events = (1...count).map { sequence in
      let digits = String(sequence)
      return ViolationEvent.sample(
        sequence, time: sequence,
        violationID: String(repeating: "0", count: 32 - digits.count) + digits)
    }
    try writeFirstVersion(events)
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    #expect(try store.allEvents() == events)
    #expect(try store.alertDeliveries(AlertQuery(limit: 9)) == [])
    for event in events { #expect(try store.hasEvents(ofViolation: event.violationID)) }
    #expect(
      try store.violationEvents(
        ViolationEventQuery(
          start: 0, end: .max, verificationState: .unknown, limit: events.count)
      ) == events.reversed())

    let said = Verification(.falsePositive, description: "known")
    try store.commit(
      JournalGroup(
        position: 1, inputs: [1], events: [],
        verifications: [ViolationVerification(violationID: events[1500].violationID, said)]))
    var expected = events[1500]
    expected.verification = said
    #expect(
      try store.violationEvents(
        ViolationEventQuery(start: 0, end: .max, verificationState: .falsePositive, limit: 9)
      ) == [expected])
  }

  @Test func `the pages of an older file get checksums, and lose them to nobody`() throws {
    try writeFirstVersion((1...500).map { .sample($0) })
    try SQLiteStore(directory: directory.path).close()
    var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: directory.database)))
    #expect(bytes[20] == 8)
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: directory.database))
    #expect(
      performing: {
        let store = try SQLiteStore(directory: directory.path)
        defer { store.close() }
        _ = try store.allEvents()
        _ = try store.integrityFaults()
      }, throws: isCorrupt)
    bytes[bytes.count / 2] ^= 1
    bytes[20] = 0
    try Data(bytes).write(to: URL(fileURLWithPath: directory.database))
    #expect(performing: { try SQLiteStore(directory: directory.path) }, throws: isCorrupt)
  }

  @Test func `a damaged event stops the migration, and leaves the file as it was`() throws {
    try writeFirstVersion([.sample(1), .sample(2)])
    do {
      let connection = try Connection(directory.database, .write, cacheKiB: 100)
      try connection.execute("UPDATE violation_event SET checksum = 1 WHERE sequence = 2")
    }
    #expect(performing: { try SQLiteStore(directory: directory.path) }, throws: isCorrupt)
    let connection = try Connection(directory.database, .read, cacheKiB: 100)
    #expect(try connection.integer("PRAGMA user_version") == 1)
  }

  @Test func `what an older file lacks below its newest event was removed`() throws {
    try writeFirstVersion([.sample(3), .sample(4), .sample(7)])
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    #expect(try store.removedEventCount() == 4)
  }

  @Test func `an older file without events does not know how many there were`() throws {
    try writeFirstVersion([])
    do {
      let connection = try Connection(directory.database, .write, cacheKiB: 100)
      try connection.execute("INSERT INTO journal VALUES (1, x'01', 0)")
    }
    let store = try SQLiteStore(directory: directory.path)
    defer { store.close() }
    #expect(try store.removedEventCount() == nil)
    _ = try store.removeExpired(eventsBefore: .max, valuesBefore: 0, limit: 1)
    #expect(try store.removedEventCount() == nil)
  }
}
