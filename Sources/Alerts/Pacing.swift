/// Requests per second, as a bucket of tokens that holds a second's worth.
struct RateLimiter {
  /// Tokens per second.
  private let rate: Int64
  /// Thousandths of tokens.
  private var level: Int64
  private var time: Int64

  init(rate: Int, at now: Int64) {
    self.rate = Int64(rate)
    level = Int64(rate) * 1000
    time = now
  }

  /// Takes a token where there is one.
  mutating func take(at now: Int64) -> Bool {
    refill(at: now)
    guard level >= 1000 else { return false }
    level -= 1000
    return true
  }

  /// When there is a token, the present included.
  func nextToken(at now: Int64) -> Int64 {
    let missing = 1000 - level
    return missing <= 0 ? now : max(now, time + (missing + rate - 1) / rate)
  }

  /// Whether it is as good as new.
  func isFull(at now: Int64) -> Bool {
    var limiter = self
    limiter.refill(at: now)
    return limiter.level == rate * 1000
  }

  private mutating func refill(at now: Int64) {
    // More than a second adds no more than a second does.
    let elapsed = min(max(0, now - time), 1000)
    level = min(rate * 1000, level + elapsed * rate)
    time = now
  }
}

/// Keeps requests from a target that does not take them.
///
///     closed ──failures in a row──► open ──time──► one request ──taken──► closed
///                                    ▲                 │
///                                    └─────failed──────┘
struct CircuitBreaker {
  private enum State {
    case closed(failures: Int)
    /// Until a time; after it one request may try.
    case open(until: Int64, probes: Int)
    case probing(probes: Int)
  }

  private var state = State.closed(failures: 0)

  var isClosed: Bool { if case .closed = state { true } else { false } }

  /// When a request may be sent, the present included; nil while one is trying.
  func opening(at now: Int64) -> Int64? {
    switch state {
    case .closed: now
    case .open(let until, _): max(now, until)
    case .probing: nil
    }
  }

  /// A request is sent.
  mutating func sent() {
    if case .open(_, let probes) = state { state = .probing(probes: probes) }
  }

  /// The target has answered.
  mutating func succeeded() {
    state = .closed(failures: 0)
  }

  /// The target has not answered, or is in trouble. What was on its way when the circuit opened tells nothing
  /// new.
  mutating func failed(at now: Int64, using random: inout some RandomNumberGenerator) {
    switch state {
    case .closed(let failures) where failures + 1 < Limits.failuresToOpen:
      state = .closed(failures: failures + 1)
    case .closed: open(at: now, probes: 0, using: &random)
    case .probing(let probes): open(at: now, probes: probes + 1, using: &random)
    case .open: break
    }
  }

  private mutating func open(
    at now: Int64, probes: Int, using random: inout some RandomNumberGenerator
  ) {
    let wait = fullJitter(
      first: Limits.firstProbe, longest: Limits.longestProbe, attempt: probes, using: &random)
    state = .open(until: now + wait, probes: probes)
  }
}

/// A random wait of at least a millisecond, and at most `first`, doubled for every attempt before, up to
/// `longest`. That it may be short spreads those who failed together.
///
/// - Parameter attempt: from 0.
func fullJitter(
  first: Int64, longest: Int64, attempt: Int, using random: inout some RandomNumberGenerator
) -> Int64 {
  let ceiling = attempt < 20 ? min(longest, first << Int64(attempt)) : longest
  return Int64.random(in: 1...ceiling, using: &random)
}
