import Detect
import Glibc

/// Holds a data directory for one store: an exclusive lock on a file in it, which the kernel
/// releases when the holder closes it or dies.
final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// Creates the directory where it is absent (its parent must exist) and locks it.
  init(_ directory: String) throws(StoreError) {
    try Self.create(directory)
    let path = directory + "/detect.lock"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unavailable("\(path): \(systemText(errno))") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EWOULDBLOCK
        ? .inUse("\(directory) is in use by another process")
        : .unavailable("\(path): \(systemText(code))")
    }
  }

  deinit {
    close(descriptor)
  }

  /// Makes the entries of a directory durable.
  static func synchronize(_ directory: String) throws(StoreError) {
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unavailable("\(directory): \(systemText(errno))") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw .unavailable("\(directory): \(systemText(errno))")
    }
  }

  private static func create(_ directory: String) throws(StoreError) {
    guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
      throw .unavailable("\(directory): \(systemText(errno))")
    }
    // Also where the directory exists: its creator may have died before this.
    try synchronize(directory + "/..")
  }
}

/// The system's words for an error number, for example "No space left on device".
func systemText(_ code: Int32) -> String {
  // The text is the thread's own in glibc, and copied here.
  unsafe String(cString: strerror(code))
}
