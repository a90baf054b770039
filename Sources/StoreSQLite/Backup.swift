import CPageCheck
package import Detect
import Glibc

/// A copy of a store, made while another process may be writing it.
///
///     <target>.partial/    the copy, until it has been checked
///     <target>/            the same directory, once it is published
///
/// The copy is one committed state: SQLite reads it in one transaction, which holds nobody up. Only the log
/// of the store cannot start over meanwhile, so it grows by what is written until the copy is made.
package struct Backup: Sendable {
  /// The directory that holds the copy.
  package let draft: String
  private let target: String

  /// Copies the store of a directory. What a backup that was interrupted has left is removed.
  ///
  /// - Throws: `unavailable` where there is no store, where the target exists and is not an empty directory,
  ///   or where it cannot be written; `inUse` while another backup writes to the same target.
  package init(of directory: String, to target: String) throws(StoreError) {
    var name = target
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    self.target = name.hasPrefix("/") ? name : "./" + name
    draft = self.target + ".partial"
    let source = try SQLiteStore.existingDatabase(in: directory)
    try Self.requireFree(self.target)
    let lock = try DirectoryLock(draft)
    try Self.removeFiles(in: draft)
    do {
      try Self.copy(source, to: draft + "/detect.db")
    } catch {
      discard()
      throw error
    }
    // Whoever checks the copy opens it as a store.
    withExtendedLifetime(lock) {}
  }

  /// Gives the copy its name; from then on it survives any crash. A target that has come into being
  /// meanwhile is left as it is.
  package func publish() throws(StoreError) {
    try DirectoryLock.synchronize(draft)
    guard unsafe rename(draft, target) == 0 else {
      throw .unavailable("\(target): \(systemText(errno))")
    }
    try DirectoryLock.synchronize(target + "/..")
  }

  /// Removes the copy, where it is not wanted.
  package func discard() {
    try? Self.removeFiles(in: draft)
    unsafe unlink(draft + "/detect.lock")
    unsafe rmdir(draft)
  }

  /// The copy's log and index are SQLite's, and gone once it is closed.
  private static func removeFiles(in directory: String) throws(StoreError) {
    for name in ["db", "db-journal", "db-wal", "db-shm", "mark"] {
      let path = directory + "/detect." + name
      guard unsafe unlink(path) == 0 || errno == ENOENT else {
        throw .unavailable("\(path): \(systemText(errno))")
      }
    }
  }

  /// A rename replaces an empty directory, and nothing else.
  private static func requireFree(_ target: String) throws(StoreError) {
    guard let entries = unsafe opendir(target) else {
      guard errno == ENOENT else { throw .unavailable("\(target): \(systemText(errno))") }
      return
    }
    defer { unsafe closedir(entries) }
    var count = 0
    while unsafe readdir(entries) != nil { count += 1 }
    // "." and "..".
    guard count <= 2 else { throw .unavailable("\(target) exists and is not empty") }
  }

  private static func copy(_ source: String, to path: String) throws(StoreError) {
    let reader = try Connection(source, .read, cacheKiB: Limits.readerCacheKiB)
    try Schema.identify(reader, source)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unavailable("\(path): \(systemText(errno))") }
    close(descriptor)
    let writer = try Connection(path, .write, cacheKiB: Limits.readerCacheKiB)
    try writer.execute("PRAGMA synchronous = FULL")
    // With a first page that says so, every page that is copied gets its checksum.
    if try reader.reservedBytes() == PAGE_CHECK_RESERVED {
      try writer.reserveChecksums()
      try writer.execute("PRAGMA application_id = \(Schema.applicationID)")
    }
    try writer.copyAll(from: reader)
  }
}

extension SQLiteStore {
  /// The path of the database in a directory.
  ///
  /// - Throws: `unavailable` where there is none.
  package static func existingDatabase(in directory: String) throws(StoreError) -> String {
    let path = (directory.hasPrefix("/") ? directory : "./" + directory) + "/detect.db"
    guard unsafe access(path, F_OK) == 0 else {
      throw .unavailable("\(path): \(systemText(errno))")
    }
    return path
  }
}
