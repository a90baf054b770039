import Synchronization

/// Counts tokens that prove nothing by the address they come from, so that nobody has us check
/// signatures without end. Right tokens do not count, however many come from one address.
final class WrongTokens: Sendable {
  private static let pace = Pace(
    perSecond: Limits.wrongTokensPerSecond, burst: Limits.wrongTokenBurst)

  /// Nil stands for all addresses that are too many to be counted apart.
  private let due: Mutex<DueTimes<String?>>

  init(maxAddresses: Int = Limits.countedClients) {
    due = Mutex(DueTimes(capacity: maxAddresses))
  }

  /// Calls `check`, which throws if the token proves nothing, unless too many have come from there.
  /// `now` is nanoseconds of a clock that is never set. Throws `throttled`, and what `check` throws.
  func checking<Result>(
    from address: String, now: Int64, _ check: () throws(Denial) -> Result
  ) throws(Denial) -> Result {
    let (key, wait) = due.withLock { due in
      let key = due.hasRoom(for: address, now: now) ? address : nil
      return (key, due.wait(for: key, at: Self.pace, now: now))
    }
    guard wait <= 0 else { throw .throttled(nanoseconds: wait) }
    do throws(Denial) {
      return try check()
    } catch {
      due.withLock { $0.count(key, at: Self.pace, now: now) }
      throw error
    }
  }
}
