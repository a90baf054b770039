package import Logging
import Synchronization

/// A log for what clients cause, at any rate they like: so many lines a minute, and then how many
/// were left out.
package final class QuietLog: Sendable {
  private struct State {
    var minute: Int64 = 0
    var lines = 0
    var omitted = 0
  }

  private let logger: Logger
  private let state = Mutex(State())
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant

  /// A quiet way to write to `logger`.
  package init(
    _ logger: Logger, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.logger = logger
    self.clock = clock
    start = clock()
  }

  /// Writes a line, unless this minute has had `Limits.deniedLinesPerMinute`.
  package func info(_ message: String, _ fields: [String: String]) {
    let minute = (clock() - start).components.seconds / 60
    let (isWritten, omitted) = state.withLock { state in
      var omitted = 0
      if state.minute != minute {
        omitted = state.omitted
        state = State(minute: minute)
      }
      guard state.lines < Limits.deniedLinesPerMinute else {
        state.omitted += 1
        return (false, omitted)
      }
      state.lines += 1
      return (true, omitted)
    }
    if omitted > 0 { logger.info("lines left out", metadata: ["lines": "\(omitted)"]) }
    guard isWritten else { return }
    logger.info("\(message)", metadata: fields.mapValues { "\($0)" })
  }
}
