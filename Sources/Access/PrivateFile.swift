internal import Glibc

/// Files that hold secrets.
package enum PrivateFile {
  /// Whether nobody but its owner may read or write a file.
  package static func isPrivate(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & 0o077 == 0
  }
}
