/// An advance that has begun.
struct Advance: Sendable {
  /// Buckets that end at this time or before close, and silences that end before it end.
  let horizon: Int64
  /// The bucket that is being closed.
  var closing: Closing?
}

/// What a step of work is.
enum Work {
  /// Writing an event costs its store as much as visiting some things costs the engine.
  static let stepsPerEvent = 8
  /// A threshold is selected at once, a value in a fraction of the time of a visit.
  static let valuesPerStep = 64
}

extension Engine {
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
      if var closing = advance.closing {
        // A second reference would make every step copy what was gathered.
        advance.closing = nil
        proceed(&closing, &steps, &events)
        if closing.isDone {
          openBuckets[closing.end] = nil
        } else {
          advance.closing = closing
        }
      } else if let end = openBuckets.keys.min(), end <= advance.horizon {
        endSilences(before: end, &steps, &events)
        advance.closing = Closing(bucketEnding: end, of: openBuckets[end] ?? ThingSet())
      } else {
        endSilences(before: advance.horizon, &steps, &events)
        // Said of the time and not of the buckets there were: those that a registration has emptied are no
        // longer known after a restart.
        closedThrough = max(closedThrough, horizon.bucketEnd(of: advance.horizon) - settings.bucket)
        return
      }
    }
    advancing = advance
  }

  /// Invalidates the violations whose silence ends before the given time, by that time, then thing,
  /// profile and behavior.
  private mutating func endSilences(
    before limit: Int64, _ steps: inout Int, _ events: inout [ViolationEvent]
  ) {
    guard earliestDatapoint < limit - settings.silence else { return }
    var silent: [(ended: Int64, thing: ThingName, index: Int, slot: Int)] = []
    earliestDatapoint = .max
    for alarm in alarms.all {
      guard alarm.lastDatapointTime < limit - settings.silence else {
        earliestDatapoint = min(earliestDatapoint, alarm.lastDatapointTime)
        continue
      }
      let state = things[alarm.thing]
      guard let slot = state.coverage.slots.firstIndex(where: { $0.identity == alarm.identity })
      else { preconditionFailure("an alarm outlived its behavior") }
      silent.append(
        (alarm.lastDatapointTime + settings.silence, state.name, alarm.thing, slot))
    }
    silent.sort { ($0.ended, $0.thing, $0.slot) < ($1.ended, $1.thing, $1.slot) }
    for violation in silent {
      willChange(violation.index)
      let slot = things[violation.index].coverage.slots[violation.slot]
      let alarm = alarms.remove(slot.identity, from: &things[violation.index].alarms)
      things[violation.index].setStreak(Streak(), at: violation.slot)
      emit(.alarmInvalidated, alarm, slot, nil, at: violation.ended, &events)
    }
    steps -= Work.stepsPerEvent * silent.count
  }
}
