/// What decides which profiles cover a thing; things with the same membership share a coverage.
struct CoverageKey: Hashable, Sendable {
  var isRegistered: Bool
  /// Direct groups, by rising name.
  var groups: [String]
}

extension Engine {
  /// Makes changes true together, then ends what is no longer judged (evaluation.md 7).
  mutating func apply(_ changes: [Change], _ events: inout [ViolationEvent]) {
    var everyThing = false
    var affected: Set<ThingName> = []
    for change in changes {
      emptyWindows(beforeRegistering: change)
      switch catalog.apply(change) {
      case .none: break
      case .thing(let name): affected.insert(name)
      case .everyThing: everyThing = true
      }
      updatePlan(after: change)
      unsaved.note(change)
    }
    if everyThing { coverages.removeAll() }
    let indices = everyThing ? Array(things.indices) : affected.compactMap { things.index(of: $0) }
    var ended: [EndedAlarm] = []
    for index in indices { cover(index, &ended) }
    ended.sort { ($0.thing, $0.profile, $0.slot) < ($1.thing, $1.profile, $1.slot) }
    for end in ended {
      emit(.alarmInvalidated, end.alarm, end.slotBefore, nil, at: clock, &events)
    }
  }

  /// A violation that a change ended, with what orders it and what it was about.
  private struct EndedAlarm {
    var thing: ThingName
    var profile: String
    var slot: Int
    var alarm: Alarm
    var slotBefore: Coverage.Slot
  }

  /// Gives a thing the coverage it has now. Streaks of behaviors that mean the same go on; those of others
  /// are dropped, and their violations end.
  private mutating func cover(_ index: Int, _ ended: inout [EndedAlarm]) {
    let before = things[index].coverage
    let coverage = coverage(of: things[index].name)
    guard coverage !== before else { return }
    let streaksBefore = things[index].streaks
    let placeBefore = Dictionary(
      uniqueKeysWithValues: before.slots.indices.map { (before.slots[$0].identity, $0) })
    var kept: Set<Int> = []
    let streaks = coverage.slots.map { slot in
      guard let place = placeBefore[slot.identity] else { return Streak() }
      kept.insert(place)
      return streaksBefore[place]
    }
    things[index].cover(coverage, streaks)
    for (place, streak) in streaksBefore.enumerated() where !kept.contains(place) {
      guard streak.isInAlarm else {
        _ = traces.end(TraceTable.Key(thing: index, identity: before.slots[place].identity))
        continue
      }
      ended.append(
        EndedAlarm(
          thing: things[index].name, profile: before.slots[place].plan.profileName, slot: place,
          alarm: alarms.remove(before.slots[place].identity, from: &things[index].alarms),
          slotBefore: before.slots[place]))
    }
    markChanged(index)
  }

  /// The coverage of a thing as the catalog is now.
  mutating func coverage(of name: ThingName) -> Coverage {
    if let rehearsal { return rehearsal }
    let key = CoverageKey(
      isRegistered: catalog.things[name] != nil, groups: catalog.groups(ofThing: name).elements)
    if let coverage = coverages[key] { return coverage }
    let coverage = Coverage(catalog.profiles(covering: name).compactMap { plans[$0] })
    coverages[key] = coverage
    return coverage
  }

  /// Takes new settings, under which every profile must be free of faults. Windows that were cut into
  /// other buckets start empty; streaks and violations go on.
  mutating func configure(_ settings: Settings) {
    let isCut = settings.bucket != self.settings.bucket
    // What the old settings have no use for is gone, also where the new ones would find it still there: after
    // a restart it would not be.
    for index in things.indices {
      if isCut ? things[index].forgetWindows() : things[index].forget(horizon) {
        markChanged(index)
      }
    }
    if isCut {
      openBuckets = [:]
      closedThrough = .min
    }
    self.settings = settings
    catalog.settings = settings
    for profile in catalog.profiles.values {
      plans[profile.name] = ProfilePlan(
        profile, of: catalog.metrics, settings: settings, sharing: &sharedSets)
    }
    coverages.removeAll()
    var ended: [EndedAlarm] = []
    for index in things.indices { cover(index, &ended) }
    assert(ended.isEmpty, "settings do not change who is judged by what")
  }

  private mutating func updatePlan(after change: Change) {
    switch change {
    case .putProfile(let profile):
      plans[profile.name] = ProfilePlan(
        profile, of: catalog.metrics, settings: settings, sharing: &sharedSets)
    case .removeProfile(let name):
      plans[name] = nil
    default: break
    }
  }

  /// A thing that is registered or deleted changes sides and starts with empty windows.
  private mutating func emptyWindows(beforeRegistering change: Change) {
    let name: ThingName
    switch change {
    case .putThing(let thing) where catalog.things[thing.name] == nil: name = thing.name
    case .removeThing(let removed) where catalog.things[removed] != nil: name = removed
    default: return
    }
    guard let index = things.index(of: name) else { return }
    things[index].forgetWindows()
    markChanged(index)
  }
}
