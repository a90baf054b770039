import CPageCheck
import CSQLite
import Detect
import Glibc

// A connection is used by one thread at a time: the writer's and the checkpointer's stand behind a
// Mutex, and a reader's is out of the pool while it is in use. Nothing in SQLite is tied to a
// thread.
/// One connection to the database, with its prepared statements.
@safe final class Connection: @unchecked Sendable {
  enum Access {
    /// Reads and writes; creates the file where there is none.
    case write
    case read
  }

  private let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  /// Pages that the log held after the last commit of this connection.
  private(set) var logPages = 0

  init(_ path: String, _ access: Access, cacheKiB: Int) throws(StoreError) {
    let flags =
      switch access {
      case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .read: SQLITE_OPEN_READONLY
      }
    guard page_check_register() == SQLITE_OK else {
      throw .unavailable("\(path): SQLite has no access to files")
    }
    var opened: OpaquePointer?
    let code = unsafe sqlite3_open_v2(
      path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, PAGE_CHECK_VFS)
    guard let handle = unsafe opened else {
      throw .unavailable("\(path): out of memory")
    }
    guard code == SQLITE_OK else {
      defer { unsafe sqlite3_close_v2(handle) }
      throw unsafe StoreError(code, of: handle)
    }
    unsafe self.handle = handle
    // In place of SQLite's own hook, which would run a checkpoint on the commit path.
    unsafe sqlite3_wal_hook(
      handle,
      { connection, _, _, pages in
        guard let connection = unsafe connection else { return SQLITE_OK }
        unsafe Unmanaged<Connection>.fromOpaque(connection).takeUnretainedValue()
          .logPages = Int(pages)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
    unsafe sqlite3_busy_timeout(handle, Limits.busyMilliseconds)
    try execute("PRAGMA cache_size = -\(cacheKiB)")
    // Pages from a damaged file are checked when they are read, and no trigger or view of a foreign
    // file may call a function with side effects.
    try execute("PRAGMA cell_size_check = ON")
    try execute("PRAGMA trusted_schema = OFF")
  }

  deinit {
    statements.removeAll()
    unsafe sqlite3_close_v2(handle)
  }

  /// Runs one statement to its end. Values are bound to ?1, ?2, … in order, never written into the
  /// text.
  func execute(_ sql: String, _ bindings: Binding...) throws(StoreError) {
    try statement(sql).run(bindings) { _ throws(StoreError) in }
  }

  /// Visits the rows of a query while each is current.
  func query(
    _ sql: String, _ bindings: [Binding] = [], _ visit: (Statement) throws(StoreError) -> Void
  ) throws(StoreError) {
    try statement(sql).run(bindings, visit)
  }

  /// The integer in the first column of the first row; nil where there is no row.
  func integer(_ sql: String, _ bindings: Binding...) throws(StoreError) -> Int64? {
    var result: Int64?
    try statement(sql).run(bindings) { row throws(StoreError) in result = result ?? row.integer(0) }
    return result
  }

  /// The text in the first column of the first row; nil where there is no row.
  func text(_ sql: String) throws(StoreError) -> String? {
    var result: String?
    try statement(sql).run([]) { row throws(StoreError) in result = result ?? row.text(0) }
    return result
  }

  /// Runs several statements that are ours and bind nothing: a migration.
  func executeScript(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw unsafe StoreError(code, of: handle) }
  }

  /// Makes everything in `body` durable together, or nothing of it.
  func write<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try transaction("BEGIN IMMEDIATE", body)
  }

  /// Lets everything in `body` see one state of the database.
  func read<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try transaction("BEGIN", body)
  }

  private func transaction<Result>(
    _ begin: String, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try execute(begin)
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // SQLite has rolled some failures back by itself. Where ROLLBACK fails too, the next BEGIN
      // does, and nothing of this transaction was kept.
      if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// Rows that the last statement changed.
  var changes: Int64 { unsafe sqlite3_changes64(handle) }

  /// Bytes that are reserved in each page; there is a checksum where they are those of `page_check.h`.
  func reservedBytes() throws(StoreError) -> Int32 {
    // The header is read with the first page.
    _ = try integer("PRAGMA schema_version")
    return try reserve(-1)
  }

  /// Reserves the bytes of checksums, in an empty database or from the next VACUUM on.
  func reserveChecksums() throws(StoreError) {
    _ = try reserve(PAGE_CHECK_RESERVED)
  }

  /// Sets how many bytes are reserved, unless they are negative, and returns how many are.
  private func reserve(_ bytes: Int32) throws(StoreError) -> Int32 {
    var bytes = bytes
    let code = unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes)
    guard code == SQLITE_OK else { throw unsafe StoreError(code, of: handle) }
    return bytes
  }

  /// Copies what is committed from the log into the database as far as readers allow, without
  /// waiting for anyone.
  func checkpoint() throws(StoreError) {
    let code = unsafe sqlite3_wal_checkpoint_v2(
      handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK else { throw unsafe StoreError(code, of: handle) }
  }

  /// Makes this database equal to one committed state of another, in one transaction.
  func copyAll(from source: Connection) throws(StoreError) {
    guard let copy = unsafe sqlite3_backup_init(handle, "main", source.handle, "main") else {
      throw unsafe StoreError(sqlite3_extended_errcode(handle), of: handle)
    }
    let code = unsafe sqlite3_backup_step(copy, -1)
    // Tells again what went wrong, and notes it in this connection.
    let end = unsafe sqlite3_backup_finish(copy)
    guard code == SQLITE_DONE else {
      throw unsafe StoreError(end == SQLITE_OK ? code : end, of: handle)
    }
  }

  private func statement(_ sql: String) throws(StoreError) -> Statement {
    if let statement = statements[sql] { return statement }
    let statement = try unsafe Statement(sql, on: handle)
    statements[sql] = statement
    return statement
  }
}

extension StoreError {
  /// What a result code of SQLite means, with the file and the system's own words where they help.
  init(_ code: Int32, of database: OpaquePointer?) {
    // Read first. SQLite keeps the number only of some failures; on a failing commit errno still
    // has it.
    let lastNumber = errno
    let path = unsafe sqlite3_db_filename(database, "main").map { unsafe String(cString: $0) } ?? ""
    let message = unsafe sqlite3_errmsg(database).map { unsafe String(cString: $0) } ?? ""
    switch code & 0xFF {
    case SQLITE_MISUSE, SQLITE_RANGE:
      preconditionFailure("SQLite was called wrongly: \(message)")
    // A violated constraint or a missing table means that the rows are not those we wrote.
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_FORMAT,
      SQLITE_ERROR:
      self = .corrupt("\(path): \(message)")
    case SQLITE_IOERR where code == csqlite_ioerr_data:
      self = .corrupt("\(path): a page is not what was written")
    case SQLITE_IOERR, SQLITE_CANTOPEN:
      let kept = unsafe sqlite3_system_errno(database)
      let reason = systemText(kept == 0 ? lastNumber : kept)
      self = .unavailable("\(path): \(message) (\(reason))")
    default:
      self = .unavailable("\(path): \(message)")
    }
  }
}
