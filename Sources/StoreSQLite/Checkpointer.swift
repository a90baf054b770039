import Detect
import Dispatch
import Synchronization

/// Moves committed pages from the log into the database, off the commit path.
///
/// Commits only append to the log. A checkpoint copies its pages into the database, and once all
/// are copied the next commit starts the log over. The background does the copying; while commits
/// keep coming it can stay a few pages behind for ever, so when the log has become long, the writer
/// waits and copies what remains.
///
/// A failed checkpoint loses nothing, since the log keeps every page until it has been copied; the
/// next one tries again. Hence its errors are dropped: where they last, the log fills the disk and
/// commits report it.
final class Checkpointer: Sendable {
  private let queue = DispatchQueue(label: "detect.store.checkpoint")
  private let connection: Mutex<Connection?>
  private let isScheduled = Atomic(false)

  init(_ path: String) throws(StoreError) {
    let connection = try Connection(path, .write, cacheKiB: Limits.readerCacheKiB)
    // The pages must be durable in the database before the log may start over.
    try connection.execute("PRAGMA synchronous = FULL")
    self.connection = Mutex(connection)
  }

  /// Copies in the background.
  func start() {
    guard !isScheduled.exchange(true, ordering: .relaxed) else { return }
    queue.async {
      self.checkpoint()
      self.isScheduled.store(false, ordering: .relaxed)
    }
  }

  /// Copies on the calling thread, after the background where that is at work.
  func checkpoint() {
    connection.withLock { try? $0?.checkpoint() }
  }

  /// Waits for a checkpoint under way and ends the work.
  func close() {
    queue.sync {}
    connection.withLock { $0 = nil }
  }
}
