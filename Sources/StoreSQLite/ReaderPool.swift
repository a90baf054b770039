import Detect
import Synchronization

/// The connections that read: as many as there are threads reading at once, of which a few are
/// kept.
final class ReaderPool: Sendable {
  private let path: String
  /// Nil once the pool is closed.
  private let idle = Mutex<[Connection]?>([])

  init(_ path: String) {
    self.path = path
  }

  /// Lets `body` read one committed state of the database.
  func read<Result>(
    _ body: (Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    let connection = try take()
    // A connection on which something failed is closed, not kept.
    let result = try connection.read { () throws(StoreError) in try body(connection) }
    keep(connection)
    return result
  }

  /// Connections that wait to be used again.
  var idleCount: Int { idle.withLock { $0?.count ?? 0 } }

  func close() {
    idle.withLock { $0 = nil }
  }

  private func take() throws(StoreError) -> Connection {
    let kept = try idle.withLock { idle throws(StoreError) in
      guard idle != nil else { throw .unavailable("\(path): the store is closed") }
      return idle?.popLast()
    }
    if let kept { return kept }
    return try Connection(path, .read, cacheKiB: Limits.readerCacheKiB)
  }

  private func keep(_ connection: Connection) {
    idle.withLock { idle in
      if let count = idle?.count, count < Limits.idleReaders { idle?.append(connection) }
    }
  }
}
