import CPageCheck
import Detect
import Glibc

/// The form of the database file, and how an older file is brought to it.
///
/// ```
/// journal          position → inputs            the groups after the snapshot
/// violation_event  sequence → event             with what queries filter by beside it, and what a
///                                               person said of the violation
/// violation_event_removal one row: how many events were removed
/// violation_explanation   violation → why       with the time at which the violation ended
/// alert            sequence → how far the alert of that event has come
/// snapshot         one row: position, digest    digest = sum of the checksums in snapshot_record
/// snapshot_record  key → value                  the engine's state, piece by piece
/// snapshot_change_total one row: position, digest of snapshot_change
/// snapshot_change  key → value or NULL          what a snapshot changes: it counts once the snapshot has its
///                                               position, and moves over to snapshot_record step by step
/// metric_values    number → chunk               numbered in the order of writing
/// ```
enum Schema {
  /// The version from which on every page has a checksum.
  private static let checkedVersion = 6
  /// Marks the file as ours: "Dtct" in ASCII.
  static let applicationID: Int64 = 0x4474_6374

  /// One step from a version to the next, in one transaction.
  struct Migration: Sendable {
    private let script: String
    private let fill: (@Sendable (Connection) throws(StoreError) -> Void)?
    private let last: String

    /// A script; where rows must be worked out, also what fills them in, and a script after that.
    init(
      _ script: String, fill: (@Sendable (Connection) throws(StoreError) -> Void)? = nil,
      _ last: String = ""
    ) {
      self.script = script
      self.fill = fill
      self.last = last
    }

    func run(on connection: Connection) throws(StoreError) {
      try connection.executeScript(script)
      try fill?(connection)
      try connection.executeScript(last)
    }
  }

  /// Each brings the file from the version of its index to the next. Only ever appended to.
  ///
  /// The indexes of events carry all that a query can ask, so that what does not match is skipped
  /// without reading the event; they end in the sequence, so that a page continues where the last
  /// ended even among events of one time. Texts compare as bytes (BINARY, SQLite's default).
  static let migrations = [
    Migration(
      """
      CREATE TABLE journal (
        position INTEGER PRIMARY KEY,
        inputs BLOB NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE violation_event (
        sequence INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        thing TEXT NOT NULL,
        profile TEXT NOT NULL,
        criteria_type INTEGER NOT NULL,
        suppressed INTEGER NOT NULL,
        payload BLOB NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX violation_event_by_time
        ON violation_event (time, sequence, criteria_type, suppressed);
      CREATE INDEX violation_event_by_thing
        ON violation_event (thing, time, sequence, criteria_type, suppressed);
      CREATE INDEX violation_event_by_profile
        ON violation_event (profile, time, sequence, criteria_type, suppressed);

      CREATE TABLE snapshot (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        position INTEGER NOT NULL,
        digest INTEGER NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT;
      INSERT INTO snapshot VALUES (1, 0, 0, -5833860172343903182);

      CREATE TABLE snapshot_record (
        key BLOB PRIMARY KEY,
        value BLOB NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE metric_values (
        number INTEGER PRIMARY KEY,
        thing TEXT NOT NULL,
        metric INTEGER NOT NULL,
        position INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        payload BLOB NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX metric_values_by_thing
        ON metric_values (thing, metric, first_time, last_time);
      CREATE INDEX metric_values_by_last_time ON metric_values (last_time);
      """),
    // What a person says of a violation stands with each of its events, found by the violation's
    // identifier. The indexes are made anew with the state that a query can ask for.
    Migration(
      """
      ALTER TABLE violation_event ADD COLUMN violation_id TEXT NOT NULL DEFAULT '';
      ALTER TABLE violation_event ADD COLUMN verification_state INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE violation_event ADD COLUMN verification BLOB;

      DROP INDEX violation_event_by_time;
      DROP INDEX violation_event_by_thing;
      DROP INDEX violation_event_by_profile;
      """,
      fill: { connection throws(StoreError) in try connection.fillViolationIDs() },
      """
      CREATE INDEX violation_event_by_violation ON violation_event (violation_id);
      CREATE INDEX violation_event_by_time ON violation_event
        (time, sequence, criteria_type, suppressed, verification_state);
      CREATE INDEX violation_event_by_thing ON violation_event
        (thing, time, sequence, criteria_type, suppressed, verification_state);
      CREATE INDEX violation_event_by_profile ON violation_event
        (profile, time, sequence, criteria_type, suppressed, verification_state);
      """),
    Migration(
      """
      CREATE TABLE violation_explanation (
        violation_id TEXT PRIMARY KEY,
        end_time INTEGER,
        payload BLOB NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX violation_explanation_by_end
        ON violation_explanation (end_time) WHERE end_time IS NOT NULL;
      """),
    // The indexes hold what is still to be done, so that what is delivered costs one row.
    Migration(
      """
      CREATE TABLE alert (
        sequence INTEGER PRIMARY KEY,
        target TEXT NOT NULL,
        lane INTEGER NOT NULL,
        since INTEGER NOT NULL,
        state INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        due INTEGER NOT NULL,
        last_attempt INTEGER NOT NULL,
        failure TEXT NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX alert_pending ON alert (target, sequence) WHERE state = 1;
      CREATE INDEX alert_held ON alert (target, lane, sequence, due) WHERE state = 1 AND due > 0;
      CREATE INDEX alert_dead ON alert (target, sequence) WHERE state = 3;
      """),
    // One row: how many events were removed. An older file lacks those below its newest event; where it
    // has none left, nobody knows.
    Migration(
      """
      CREATE TABLE violation_event_removal (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        removed INTEGER
      ) STRICT;
      INSERT INTO violation_event_removal SELECT 1, CASE
        WHEN EXISTS (SELECT 1 FROM violation_event)
          THEN (SELECT max(sequence) - count(*) FROM violation_event)
        WHEN (SELECT position FROM snapshot) = 0 AND NOT EXISTS (SELECT 1 FROM journal) THEN 0
        END;
      """),
    // A snapshot is written in parts, beside the one before. The checksum is that of two zeros. Chunks are of
    // one thing and all its metrics; those that are there already are of one metric until they expire.
    Migration(
      """
      CREATE TABLE snapshot_change_total (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        position INTEGER NOT NULL,
        digest INTEGER NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT;
      INSERT INTO snapshot_change_total VALUES (1, 0, 0, -5833860172343903182);

      CREATE TABLE snapshot_change (
        key BLOB PRIMARY KEY,
        value BLOB,
        checksum INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      DROP INDEX metric_values_by_thing;
      CREATE INDEX metric_values_by_thing
        ON metric_values (thing, last_time, first_time, position);
      """),
  ]

  /// Opens the database for writing, creating it where there is none.
  static func open(_ path: String, in directory: String) throws(StoreError) -> Connection {
    if unsafe access(path, F_OK) != 0 {
      guard errno == ENOENT else { throw .unavailable("\(path): \(systemText(errno))") }
      try create(path, in: directory)
    }
    let connection = try Connection(path, .write, cacheKiB: Limits.writerCacheKiB)
    try identify(connection, path)
    try configure(connection, path)
    try addChecksums(connection)
    try migrate(connection)
    try checkJournal(connection, path)
    return connection
  }

  /// Creates the file under another name first: under its own it is never empty, so that a file
  /// that was emptied is not taken for a new store.
  private static func create(_ path: String, in directory: String) throws(StoreError) {
    guard unsafe access(path + "-wal", F_OK) != 0 else {
      throw .corrupt("\(path)-wal exists but \(path) does not")
    }
    let draft = path + ".new"
    for leftover in [draft, draft + "-journal"] { unsafe unlink(leftover) }
    // SQLite gives its log and index the permissions of the database.
    let descriptor = unsafe Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unavailable("\(draft): \(systemText(errno))") }
    close(descriptor)
    do {
      let connection = try Connection(draft, .write, cacheKiB: Limits.readerCacheKiB)
      // Fixed once the first page is written: pages that removals free can be given back in steps.
      try connection.reserveChecksums()
      try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
      try connection.execute("PRAGMA application_id = \(applicationID)")
    }
    guard unsafe rename(draft, path) == 0 else {
      throw .unavailable("\(path): \(systemText(errno))")
    }
    try DirectoryLock.synchronize(directory)
  }

  /// Refuses a file that is not ours or not of this version, before anything is written to it.
  static func identify(_ connection: Connection, _ path: String) throws(StoreError) {
    let found = try connection.integer("PRAGMA application_id") ?? 0
    guard found == applicationID else {
      throw .corrupt("\(path) is not a store of detectd (application id \(found))")
    }
    let version = try connection.integer("PRAGMA user_version") ?? 0
    guard version >= 0 else { throw .corrupt("\(path): schema version \(version)") }
    guard version <= migrations.count else {
      throw .newerSchema(found: Int(version), supported: migrations.count)
    }
    let reserved = try connection.reservedBytes()
    guard version < checkedVersion || reserved == PAGE_CHECK_RESERVED else {
      throw .corrupt("\(path): the pages have lost their checksums")
    }
  }

  /// Sets what holds per connection or must be as expected, and reads back what durability rests
  /// on.
  private static func configure(_ connection: Connection, _ path: String) throws(StoreError) {
    try connection.execute("PRAGMA journal_mode = WAL")
    try connection.execute("PRAGMA synchronous = FULL")
    try connection.execute("PRAGMA journal_size_limit = \(Limits.logBytes)")
    // Debian builds SQLite to overwrite what is deleted, which would write every journal group
    // twice.
    try connection.execute("PRAGMA secure_delete = OFF")
    guard try connection.text("PRAGMA journal_mode") == "wal" else {
      throw .unavailable("\(path): the file system does not allow a write-ahead log")
    }
    let synchronous = try connection.integer("PRAGMA synchronous")
    precondition(synchronous == 2, "commits would not be durable")
    guard try connection.integer("PRAGMA auto_vacuum") == 2 else {
      throw .corrupt("\(path) was not created by detectd: removals could not give space back")
    }
  }

  /// Checks the structure of the journal, which is read whole at every start: a damaged page could
  /// otherwise hide the groups at its end, and no later group would show that they are missing. The
  /// snapshot has a digest for that; the rest may be large and is checked as it is read.
  private static func checkJournal(_ connection: Connection, _ path: String) throws(StoreError) {
    let found = try connection.text("PRAGMA quick_check(journal)")
    guard found == "ok" else {
      throw .corrupt("\(path): \(found ?? "the journal cannot be checked")")
    }
  }

  /// Gives the pages of an older file their checksums: it is written anew, once.
  private static func addChecksums(_ connection: Connection) throws(StoreError) {
    guard try connection.reservedBytes() != PAGE_CHECK_RESERVED else { return }
    try connection.reserveChecksums()
    try connection.execute("VACUUM")
    // The first page goes first, and from then on the others get theirs.
    try connection.checkpoint()
    guard try connection.reservedBytes() == PAGE_CHECK_RESERVED else {
      throw .unavailable("the pages of the database cannot be given checksums")
    }
  }

  private static func migrate(_ connection: Connection) throws(StoreError) {
    let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
    for (index, migration) in migrations.enumerated().dropFirst(version) {
      try connection.write { () throws(StoreError) in
        try migration.run(on: connection)
        try connection.execute("PRAGMA user_version = \(index + 1)")
      }
    }
  }
}
