import Dispatch
import Glibc

/// Ends the process in the middle of a stop: at one more SIGTERM or SIGINT, or when the stop takes too
/// long. What was acknowledged is durable, so nothing is lost by it.
struct Impatience {
  private let sources: [any DispatchSourceProtocol]

  /// Watches from now on; the signals must be ignored or handled elsewhere by default.
  init(patience: Duration) {
    let queue = DispatchQueue(label: "impatience")
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + .seconds(Int(patience.components.seconds)))
    sources =
      [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: queue) } + [timer]
    for source in sources {
      source.setEventHandler {
        System.writeError("detectd: ended before the stop was complete\n")
        _exit(EXIT_FAILURE)
      }
      source.resume()
    }
  }

  /// The stop is complete.
  func end() {
    for source in sources { source.cancel() }
  }
}
