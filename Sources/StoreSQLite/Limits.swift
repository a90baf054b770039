/// The fixed sizes of the store, each with its reason.
enum Limits {
  /// Idle reading connections that are kept. Opening one takes about 0.1 ms; four serve the threads
  /// of a small server without opening any.
  static let idleReaders = 4
  /// Milliseconds to wait for a lock that another connection holds; only recovery of the log after
  /// a crash, by the first connection that opens, holds one for long.
  static let busyMilliseconds: Int32 = 10_000
  /// KiB of pages that the writing connection caches: the leaves of the event indexes that new
  /// events fall into should stay in memory.
  static let writerCacheKiB = 65_536
  /// KiB of pages that a reading connection caches: SQLite's own default, named here because it is
  /// multiplied by the readers.
  static let readerCacheKiB = 2_000
  /// Pages (of 4 KiB) written to the log between two checkpoints in the background: SQLite's own
  /// default for its checkpoints on the commit path.
  static let checkpointPages = 1_000
  /// Pages of the log from which the writer itself finishes a checkpoint, so that the log starts
  /// over (64 MiB): far enough that a background checkpoint normally does it first.
  static let logPages = 16_000
  /// Alerts read in one step: a page is bounded by the bytes of its events too, which are known once they are
  /// read, and a step is what it may read too much.
  static let alertsPerStep = 64
  /// Bytes that the log's file keeps when it starts over after a large transaction.
  static let logBytes = 64 << 20
  /// Bytes moved or removed in one step of compaction, which keeps it to some milliseconds.
  static let compactedBytes: Int64 = 1 << 20
  /// One page in so many may stay free for reuse: the journal empties and fills again,
  /// and giving its pages back each time would write every page twice.
  static let keptFreePages: Int64 = 4
  /// Damages that a check of the file names: who reads the twentieth restores a backup anyway.
  static let integrityFaults = 20
  /// Rows that a migration fills in at a time, which bounds its memory.
  static let migratedRows: Int64 = 1_000
  /// Pages given back to the file system in one step of removal, which keeps the step short.
  static let vacuumedPages: Int64 = 250
}
