import Glibc

/// What the operating system gives this process.
enum System {
  /// Makes the process a server's: as many open files as the system allows, since each connection is
  /// one, and no end by a peer that closes a pipe or a socket, nor by a file that may not grow: the write
  /// fails, and the service goes on when there is room.
  static func prepareProcess() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // Where it is refused the limit stays what it was.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// The wall clock: milliseconds since the epoch.
  static let milliseconds: @Sendable () -> Int64 = {
    var time = timespec()
    let code = unsafe clock_gettime(CLOCK_REALTIME, &time)
    precondition(code == 0, "the system has no clock")
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// A clock that is never set: nanoseconds since the machine was started.
  static let uptime: @Sendable () -> Int64 = {
    var time = timespec()
    let code = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    precondition(code == 0, "the system has no clock")
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The wall clock of the first question, and the time that has passed since: it never jumps.
  static let steadyMilliseconds: @Sendable () -> Int64 = {
    start.milliseconds + (uptime() - start.uptime) / 1_000_000
  }

  private static let start = (milliseconds: milliseconds(), uptime: uptime())

  /// A random UUID (RFC 9562, version 4).
  static let identifier: @Sendable () -> String = {
    let high = UInt64.random(in: .min ... .max) & ~0xF000 | 0x4000
    let low = UInt64.random(in: .min ... .max) & ~(0xC0 << 56) | 0x80 << 56
    let digits = [high, low].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    var rest = digits[...]
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count)
    }.joined(separator: "-")
  }

  /// Writes to standard error in one call, so that lines of several threads do not mix. If nobody
  /// reads there, there is nobody to tell.
  static let writeError: @Sendable (String) -> Void = { write($0, to: STDERR_FILENO) }

  /// Writes to standard output, as `writeError` does to standard error.
  static func writeOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }
  }
}
