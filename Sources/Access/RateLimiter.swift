import Synchronization

/// Counts calls against rates: of each rate and client it keeps when a client that calls at exactly
/// that rate would make its next call. One that calls much sooner is throttled.
final class RateLimiter: Sendable {
  private struct Key: Hashable {
    let rate: Int
    /// Nil for all clients together, and for those that are too many to be counted apart.
    let client: String?
  }

  private let rates: [Rate]
  private let due: Mutex<DueTimes<Key>>

  init(_ rates: [Rate], maxClients: Int = Limits.countedClients) {
    self.rates = rates
    due = Mutex(DueTimes(capacity: maxClients))
  }

  /// Counts a call at `now`, nanoseconds of a clock that is never set. Throws `throttled` if it comes
  /// too soon; such a call does not count.
  func count(method: String, client: String, now: Int64) throws(Denial) {
    guard !rates.isEmpty else { return }
    let wait = due.withLock { due in
      var (keys, wait): ([Key], Int64) = ([], 0)
      for (index, rate) in rates.enumerated() where rate.method.matches(method) {
        var key = Key(rate: index, client: rate.share == .client ? client : nil)
        if !due.hasRoom(for: key, now: now) { key = Key(rate: index, client: nil) }
        keys.append(key)
        wait = max(wait, due.wait(for: key, at: rate.pace, now: now))
      }
      guard wait <= 0 else { return wait }
      for key in keys { due.count(key, at: rates[key.rate].pace, now: now) }
      return 0
    }
    if wait > 0 { throw .throttled(nanoseconds: wait) }
  }
}

extension Denial {
  /// Too often, by this time.
  static func throttled(nanoseconds: Int64) -> Denial {
    .throttled(milliseconds: (nanoseconds + 999_999) / 1_000_000)
  }
}
