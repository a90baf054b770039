internal import Glibc

/// Waits for a socket, for a time, and for whoever rings.
///
/// A pipe with a byte in it, which nobody takes out: once it has been rung every later wait ends at once.
struct Wakeup: ~Copyable, Sendable {
  private let bell: Int32
  private let rope: Int32

  init() throws(BrokerFault) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw BrokerFault(unsafe String(cString: strerror(errno)))
    }
    (bell, rope) = (ends[0], ends[1])
  }

  deinit {
    close(bell)
    close(rope)
  }

  func ring() {
    var byte: UInt8 = 1
    _ = unsafe Glibc.write(rope, &byte, 1)
  }

  func wait(milliseconds: Int64) { _ = wait(for: -1, events: 0, milliseconds: milliseconds) }

  /// Waits until the socket can be read, or, if `writing`, be written as well.
  func wait(for socket: Int32, writing: Bool, milliseconds: Int64) {
    _ = wait(for: socket, events: writing ? POLLIN | POLLOUT : POLLIN, milliseconds: milliseconds)
  }

  func isReadable(_ socket: Int32) -> Bool {
    wait(for: socket, events: POLLIN, milliseconds: 0) & Int16(POLLIN) != 0
  }

  private func wait(for socket: Int32, events: Int32, milliseconds: Int64) -> Int16 {
    // A negative descriptor is waited for in vain.
    var entries = [
      pollfd(fd: socket, events: Int16(events), revents: 0),
      pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
    ]
    _ = unsafe poll(&entries, 2, Int32(milliseconds))
    return entries[0].revents
  }
}
