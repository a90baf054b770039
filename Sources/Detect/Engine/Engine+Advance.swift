/// An advance that has begun.
struct Advance: Sendable {
  /// Buckets that end at this time or before close, and silences that end before it end.
  let horizon: Int64
  /// The silences that are being ended, and the bucket that is being closed: one or the other.
  var silencing: Silencing?
  var closing: Closing?
}

/// What a step of work is.
enum Work {
  /// Writing an event costs its store some 40 microseconds, a visit the engine one or two.
  static let stepsPerEvent = 16
  /// A thing may be judged by five profiles of a hundred behaviors, and more in groups.
  static let slotsPerStep = 16
  /// A threshold is selected at once, a value in a fraction of the time of a visit.
  static let valuesPerStep = 64
  /// Values that are held against their threshold and sorted at once: some milliseconds.
  static let valuesPerRun = 1 << 16
  /// To look at a violation and to sort it among others takes less than a visit.
  static let violationsPerStep = 4
}

extension Engine {
  /// The steps of visiting a thing, be it to ask it, to judge it or to cover it.
  func stepsOfVisit(to thing: Int) -> Int {
    1 + things[thing].coverage.slots.count / Work.slotsPerStep
  }

  /// Lets time pass, all of it at once.
  mutating func advance(to now: Int64, _ events: inout [ViolationEvent]) {
    clock = max(clock, now)
    advancing = Advance(horizon: clock - settings.grace)
    var steps = Int.max
    advance(&steps, &events)
  }

  /// Goes on with an advance: buckets close, oldest first, and silences end, merged in the order of their
  /// times (evaluation.md 6 and 8).
  ///
  /// No report that comes in between can fall before the horizon, so what is closed stays as it is.
  mutating func advance(_ steps: inout Int, _ events: inout [ViolationEvent]) {
    guard var advance = advancing else { return }
    advancing = nil
    while steps > 0 {
      let end = openBuckets.keys.min().flatMap { $0 <= advance.horizon ? $0 : nil }
      if var closing = advance.closing {
        // A second reference would make every step copy what was gathered.
        advance.closing = nil
        proceed(&closing, &steps, &events)
        if closing.isDone {
          openBuckets[closing.end] = nil
        } else {
          advance.closing = closing
        }
      } else if var silencing = advance.silencing {
        advance.silencing = nil
        proceed(&silencing, &steps, &events)
        if !silencing.isDone {
          advance.silencing = silencing
        } else if let end {
          advance.closing = Closing(bucketEnding: end, of: openBuckets[end] ?? ThingSet())
        } else {
          // Said of the time and not of the buckets there were: those that a registration has emptied are no
          // longer known after a restart.
          closedThrough = max(
            closedThrough, horizon.bucketEnd(of: advance.horizon) - settings.bucket)
          return
        }
      } else {
        advance.silencing = endSilences(before: end ?? advance.horizon)
      }
    }
    advancing = advance
  }
}
