/// A change of profiles or targets that is true and has not reached every thing yet.
///
///     things by name:   ant bee │ cam dog eel     visited up to here, their invalidations are told
///                               │     dog         a report touched it before its turn
///
/// A thing has the coverage of now before anything is judged of it, so the change is as if made at once. What it
/// ends is told in the order of the names: of a thing that was touched before its turn, the ended
/// violations wait in `ended`; events of reports in between wait in `waiting`, behind all of them.
struct Rollout: Sendable {
  /// When the change became true, in milliseconds since the epoch.
  let time: Int64
  /// Things there were then; those that came later know nothing else.
  let things: Int
  /// Things that have the coverage of now.
  var reached = ThingSet()
  /// The latest thing in the order of the names that was visited.
  var last: Int?
  /// Things that are still to be visited.
  var left: Int
  var ended: [Int: [EndedAlarm]] = [:]
  /// What reports led to meanwhile.
  var waiting: ArraySlice<(event: ViolationEvent, beginning: Engine.Beginning)> = []

  init(time: Int64, things: Int) {
    self.time = time
    self.things = things
    left = things
  }

  /// Whether the thing may have the coverage of before.
  func isAhead(of thing: Int) -> Bool { thing < things && !reached.contains(thing) }
}

/// A violation that a change ended, and what it was about.
struct EndedAlarm: Sendable {
  var alarm: Alarm
  var slot: Coverage.Slot
}

extension Engine {
  /// Brings a change to a thing that a report touches, if it has not come there by itself.
  mutating func reach(_ thing: Int) {
    guard rollout?.isAhead(of: thing) == true else { return }
    let ended = cover(thing)
    rollout?.reached.insert(thing)
    if !ended.isEmpty { rollout?.ended[thing] = ended }
  }

  /// Goes on with a rollout: things by name, then the events that wait.
  mutating func rollOut(_ steps: inout Int, _ events: inout [ViolationEvent]) {
    guard var rollout else { return }
    // Without a rollout in place, what is told takes its number at once.
    self.rollout = nil
    visitThings(&rollout, &steps, &events)
    if rollout.left == 0 { numberWaiting(&rollout, &steps, &events) }
    if rollout.left > 0 || !rollout.waiting.isEmpty { self.rollout = rollout }
  }

  private mutating func visitThings(
    _ rollout: inout Rollout, _ steps: inout Int, _ events: inout [ViolationEvent]
  ) {
    var place = names.place { thing in
      rollout.last.map { !things[$0].precedes(things[thing]) } ?? false
    }
    while steps > 0, rollout.left > 0, let thing = names.next(&place) {
      guard thing < rollout.things else { continue }
      let ended =
        rollout.reached.contains(thing)
        ? rollout.ended.removeValue(forKey: thing) ?? [] : cover(thing)
      rollout.reached.insert(thing)
      for end in ended {
        emit(.alarmInvalidated, end.alarm, end.slot, nil, at: rollout.time, &events)
      }
      rollout.last = thing
      rollout.left -= 1
      steps -= stepsOfVisit(to: thing) + Work.stepsPerEvent * ended.count
    }
  }

  /// Gives the events that wait their numbers, first come, first served.
  private mutating func numberWaiting(
    _ rollout: inout Rollout, _ steps: inout Int, _ events: inout [ViolationEvent]
  ) {
    while steps > 0, let (event, beginning) = rollout.waiting.popFirst() {
      number(event, beginning, &events)
      steps -= Work.stepsPerEvent
    }
  }
}
