/// How often something may come, in the terms of GCRA: one that comes at exactly this pace is due once
/// an interval, and one that comes in a burst is early by up to the tolerance.
struct Pace: Sendable {
  /// Nanoseconds between two that come for ever.
  let interval: Int64
  /// Nanoseconds by which one may be early: a burst less one, each an interval.
  let tolerance: Int64

  init(perSecond rate: Double, burst: Int64) {
    interval = Int64(1e9 / rate)
    tolerance = interval * (burst - 1)
  }
}

/// When whoever is counted is due next, in nanoseconds of a clock that is never set.
///
///     time ──┬────────┬────────┬────────┬──►
///           now               due            too early if due - now > tolerance
struct DueTimes<Key: Hashable & Sendable>: Sendable {
  private let capacity: Int
  private var due: [Key: Int64] = [:]

  init(capacity: Int) { self.capacity = capacity }

  /// Nanoseconds until this one may come, 0 or less if it may now.
  func wait(for key: Key, at pace: Pace, now: Int64) -> Int64 {
    (due[key] ?? now) - now - pace.tolerance
  }

  /// Notes that it has come.
  mutating func count(_ key: Key, at pace: Pace, now: Int64) {
    due[key] = max(due[key] ?? now, now) + pace.interval
  }

  /// Whether this one is counted already, or can be. Whoever has not come for as long as it matters is
  /// forgotten for it.
  mutating func hasRoom(for key: Key, now: Int64) -> Bool {
    if due[key] != nil || due.count < capacity { return true }
    due = due.filter { $0.value > now }
    return due.count < capacity
  }
}
