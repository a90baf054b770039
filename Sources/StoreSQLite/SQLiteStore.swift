package import Detect
import Synchronization

/// The store in one SQLite database, `detect.db` in a directory of its own.
///
/// One connection writes, others read beside it (SQLite's write-ahead log lets them), and one more
/// moves the log into the database. Every blob carries a checksum that ties it to its place,
/// verified whenever it is read: damage is `corrupt`, never served. The operations stand by theme
/// in the files beside this one, each SQL text in the function that runs it.
package final class SQLiteStore: Store {
  private struct Writer {
    let lock: DirectoryLock
    let connection: Connection
    /// Pages of the log when a checkpoint was last started.
    var checkpointedPages = 0

    mutating func keepLogShort(_ checkpointer: Checkpointer) {
      let pages = connection.logPages
      if pages < checkpointedPages { checkpointedPages = 0 }  // The log has started over.
      if pages >= Limits.logPages {
        checkpointer.checkpoint()
      } else if pages - checkpointedPages >= Limits.checkpointPages {
        checkpointedPages = pages
        checkpointer.start()
      }
    }
  }

  private let path: String
  /// Nil once the store is closed. The lock makes a second writing thread wait, though the port
  /// allows only one.
  private let writer: Mutex<Writer?>
  private let readers: ReaderPool
  let mark: CommitMark
  private let checkpointer: Checkpointer

  /// Opens the store in `directory`, creating what is absent; the parent of `directory` must exist.
  ///
  /// Throws `inUse` where another store has the directory open, `newerSchema` where a newer version
  /// wrote it, `corrupt` where the database is damaged or not ours, `unavailable` where the
  /// directory cannot be used.
  package init(directory: String) throws(StoreError) {
    // SQLite takes a name that starts with "file:" for a URI.
    let directory = directory.hasPrefix("/") ? directory : "./" + directory
    path = directory + "/detect.db"
    let lock = try DirectoryLock(directory)
    let connection = try Schema.open(path, in: directory)
    mark = try CommitMark(in: directory)
    try mark.check(connection.lastPosition(), of: path)
    checkpointer = try Checkpointer(path)
    readers = ReaderPool(path)
    writer = Mutex(Writer(lock: lock, connection: connection))
  }

  deinit {
    close()
  }

  /// Ends the work, moves the log into the database and releases the directory. Every later
  /// operation is `unavailable`.
  package func close() {
    checkpointer.close()
    readers.close()
    let lock = writer.withLock { writer in
      defer { writer = nil }
      return writer?.lock
    }
    // The database is closed before the directory is released.
    withExtendedLifetime(lock) {}
  }

  /// Runs `body` in one transaction that is durable when this returns.
  func write<Result: Sendable>(
    _ body: (Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try writer.withLock { writer throws(StoreError) in
      guard let connection = writer?.connection else {
        throw .unavailable("\(path): the store is closed")
      }
      let result = try connection.write { () throws(StoreError) in try body(connection) }
      writer?.keepLogShort(checkpointer)
      return result
    }
  }

  /// Runs `body` on one committed state.
  func read<Result>(
    _ body: (Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try readers.read(body)
  }
}
