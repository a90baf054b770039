import Detect
import Glibc

/// The position of the newest group that is durable, in a file of its own beside the database.
///
///     detect.mark:  [ position │ checksum ]     eight bytes each, lowest first
///
/// SQLite ends its log at the first frame that is not what was written, as after a power cut in the midst of a
/// write. A damaged frame looks the same, and everything behind it would be gone without a word. The mark
/// is written once a group is durable and is never confirmed by the disk itself: after a power cut it may be
/// older, and it is never newer than what the database holds.
final class CommitMark: Sendable {
  private let descriptor: Int32

  /// Opens the mark of a directory, creating it where there is none.
  init(in directory: String) throws(StoreError) {
    let path = directory + "/detect.mark"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unavailable("\(path): \(systemText(errno))") }
  }

  deinit {
    close(descriptor)
  }

  /// Refuses a database that ends before the mark.
  func check(_ last: Int64, of path: String) throws(StoreError) {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard count >= 0 else { throw .unavailable("\(path): \(systemText(errno))") }
    // A power cut may have kept the file and not its content.
    guard count > 0, bytes.contains(where: { $0 != 0 }) else { return }
    let numbers = unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: Int64.self)) }
      .map(Int64.init(littleEndian:))
    guard count == bytes.count, numbers[1] == Self.checksum(numbers[0]) else {
      throw .corrupt("\(path): the mark of the newest group beside it is damaged")
    }
    guard numbers[0] <= last else {
      throw .corrupt(
        "\(path): group \(numbers[0]) was acknowledged, and the log ends with group \(last)")
    }
  }

  /// Notes that a group is durable. A mark that cannot be written stays true of the groups before.
  func set(_ position: Int64) {
    let numbers = [position.littleEndian, Self.checksum(position).littleEndian]
    _ = unsafe numbers.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  private static func checksum(_ position: Int64) -> Int64 {
    Int64(bitPattern: Checksum.of([position], seed: 1))
  }
}
