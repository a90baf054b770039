import Synchronization

/// Counts calls against rates.
///
/// The algorithm is GCRA: of each rate and client it keeps one time, at which a client that calls at
/// exactly that rate would make its next call. One that calls much sooner is throttled.
///
///     time ──┬────────┬────────┬────────┬──►
///           now               due            throttled if due - now > tolerance
final class RateLimiter: Sendable {
  private struct Key: Hashable {
    let rate: Int
    /// Nil for all clients together, and for those that are too many to be counted apart.
    let client: String?
  }

  private let rates: [Rate]
  private let maxClients: Int
  private let due = Mutex<[Key: Int64]>([:])

  init(_ rates: [Rate], maxClients: Int = Limits.countedClients) {
    self.rates = rates
    self.maxClients = maxClients
  }

  /// Counts a call at `now`, nanoseconds of a clock that is not set. Throws `throttled` if it comes too
  /// soon; such a call does not count.
  func count(method: String, client: String, now: Int64) throws(Denial) {
    guard !rates.isEmpty else { return }
    let wait = due.withLock { due in
      var (keys, wait): ([Key], Int64) = ([], 0)
      for (index, rate) in rates.enumerated() where rate.method.matches(method) {
        var key = Key(rate: index, client: rate.share == .client ? client : nil)
        if due[key] == nil, due.count >= maxClients { key = makeRoom(for: key, &due, now) }
        keys.append(key)
        wait = max(wait, (due[key] ?? now) - now - rate.tolerance)
      }
      guard wait <= 0 else { return wait }
      for key in keys { due[key] = max(due[key] ?? now, now) + rates[key.rate].interval }
      return 0
    }
    if wait > 0 { throw .throttled(milliseconds: (wait + 999_999) / 1_000_000) }
  }

  /// Forgets clients that have not called for as long as it matters. If all have, this one shares a
  /// count with others.
  private func makeRoom(for key: Key, _ due: inout [Key: Int64], _ now: Int64) -> Key {
    due = due.filter { $0.value > now }
    return due.count < maxClients ? key : Key(rate: key.rate, client: nil)
  }
}
