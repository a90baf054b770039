/// The end of the silences that end before a time, in steps:
///
///     gather ──────────────────────────────► merge
///     the silent violations, as their         the runs: silences by their end, then thing,
///     table lies, in sorted runs              profile and behavior
///
/// A report that comes in between may bring a datapoint to a silent violation, which goes on then: what is no
/// longer silent when its turn comes is passed over.
struct Silencing: Sendable {
  /// A violation that was silent when it was gathered.
  struct Entry: Sendable {
    let ended: Int64
    /// Index in the engine's table.
    let thing: Int32
    /// Index in the thing's coverage.
    let slot: Int32
  }

  /// Silences that end before this time end now.
  let limit: Int64
  /// Steps of gathering. They are counted by the violations there are, and not by those that are looked at:
  /// where the table has holes, or whether it can have anything silent, is forgotten by a restart.
  let steps: Int
  var stepsLeft: Int
  /// The next place of the table to look at; nil where nothing can be silent.
  var place: Int?
  private var runs: [ArraySlice<Entry>] = []

  init(before limit: Int64, among violations: Int, isAnySilent: Bool) {
    self.limit = limit
    steps = violations / Work.violationsPerStep
    stepsLeft = steps
    place = isAnySilent ? 0 : nil
  }

  var isGathered: Bool { stepsLeft == 0 && place == nil }
  var isDone: Bool { isGathered && runs.isEmpty }

  mutating func add(run: [Entry]) {
    if !run.isEmpty { runs.append(run[...]) }
  }

  /// Takes the first of what is left out of its run.
  mutating func next(_ precedes: (Entry, Entry) -> Bool) -> Entry? {
    let first = runs.indices.min {
      precedes(runs[$0][runs[$0].startIndex], runs[$1][runs[$1].startIndex])
    }
    guard let first else { return nil }
    let entry = runs[first].removeFirst()
    if runs[first].isEmpty { runs.remove(at: first) }
    return entry
  }
}

extension Engine {
  /// Begins to end the silences that end before a time.
  mutating func endSilences(before limit: Int64) -> Silencing {
    let isAnySilent = earliestDatapoint < limit - settings.silence
    // Found anew among those that are not silent.
    if isAnySilent { earliestDatapoint = .max }
    return Silencing(before: limit, among: alarms.count, isAnySilent: isAnySilent)
  }

  /// Goes on with it.
  mutating func proceed(
    _ silencing: inout Silencing, _ steps: inout Int, _ events: inout [ViolationEvent]
  ) {
    if !silencing.isGathered { gather(&silencing, &steps) }
    while steps > 0, silencing.isGathered, let silent = silencing.next(precedes) {
      if end(silent, &events) { steps -= Work.stepsPerEvent }
    }
  }

  private mutating func gather(_ silencing: inout Silencing, _ steps: inout Int) {
    let now = min(steps, silencing.stepsLeft)
    steps -= now
    silencing.stepsLeft -= now
    guard let place = silencing.place else { return }
    let done = silencing.steps - silencing.stepsLeft
    let end =
      silencing.stepsLeft == 0
      ? alarms.placeCount : max(place, alarms.placeCount * done / silencing.steps)
    silencing.place = silencing.stepsLeft == 0 ? nil : end
    var run: [Silencing.Entry] = []
    for alarm in alarms.among(place..<end) {
      guard alarm.lastDatapointTime < silencing.limit - settings.silence else {
        earliestDatapoint = min(earliestDatapoint, alarm.lastDatapointTime)
        continue
      }
      let slots = things[alarm.thing].coverage.slots
      guard let slot = slots.firstIndex(where: { $0.identity == alarm.identity }) else {
        preconditionFailure("an alarm outlived its behavior")
      }
      run.append(
        Silencing.Entry(
          ended: alarm.lastDatapointTime + settings.silence, thing: Int32(alarm.thing),
          slot: Int32(slot)))
    }
    run.sort(by: precedes)
    silencing.add(run: run)
  }

  private func precedes(_ a: Silencing.Entry, _ b: Silencing.Entry) -> Bool {
    if a.ended != b.ended { return a.ended < b.ended }
    if a.thing != b.thing { return things[Int(a.thing)].precedes(things[Int(b.thing)]) }
    return a.slot < b.slot
  }

  /// Invalidates a violation, if it is as silent as it was. Returns whether it was.
  private mutating func end(_ silent: Silencing.Entry, _ events: inout [ViolationEvent]) -> Bool {
    let thing = Int(silent.thing)
    let slot = things[thing].coverage.slots[Int(silent.slot)]
    guard let place = alarms.place(of: slot.identity, from: things[thing].alarms) else {
      return false
    }
    let lastDatapoint = alarms[place].lastDatapointTime
    guard lastDatapoint + settings.silence == silent.ended else {
      earliestDatapoint = min(earliestDatapoint, lastDatapoint)
      return false
    }
    willChange(thing)
    let alarm = alarms.remove(slot.identity, from: &things[thing].alarms)
    things[thing].setStreak(Streak(), at: Int(silent.slot))
    emit(.alarmInvalidated, alarm, slot, nil, at: silent.ended, &events)
    return true
  }
}
