/// What decides which profiles cover a thing; things with the same membership share a coverage.
struct CoverageKey: Hashable, Sendable {
  var isRegistered: Bool
  /// Direct groups, by rising name.
  var groups: [String]
}

extension Engine {
  /// Makes changes true together, and ends what is no longer judged (evaluation.md 7): at once where they concern
  /// some things, in a rollout where they concern every one.
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
    if everyThing {
      coverages.removeAll()
      rollout = Rollout(time: clock, things: things.count)
      return
    }
    for index in affected.sorted().compactMap({ things.index(of: $0) }) {
      for end in cover(index) {
        emit(.alarmInvalidated, end.alarm, end.slot, nil, at: clock, &events)
      }
    }
  }

  /// Gives a thing the coverage it has now. Streaks of behaviors that mean the same go on; those of others
  /// are dropped, and their violations end: they are returned as profiles and behaviors stood before.
  mutating func cover(_ index: Int) -> [EndedAlarm] {
    let before = things[index].coverage
    let coverage = coverage(of: things[index].name)
    guard coverage !== before else { return [] }
    let streaksBefore = things[index].streaks
    let placeBefore = Dictionary(
      uniqueKeysWithValues: before.slots.indices.map { (before.slots[$0].identity, $0) })
    var kept: Set<Int> = []
    let streaks = coverage.slots.map { slot in
      guard let place = placeBefore[slot.identity] else { return Streak() }
      kept.insert(place)
      return streaksBefore[place]
    }
    let dropped = streaksBefore.indices.filter {
      !kept.contains($0) && streaksBefore[$0] != Streak()
    }
    // What is kept of a thing is the same but for what is dropped.
    if !dropped.isEmpty { willChange(index) }
    things[index].cover(coverage, streaks)
    var ended: [EndedAlarm] = []
    for place in dropped {
      let slot = before.slots[place]
      guard streaksBefore[place].isInAlarm else {
        _ = traces.end(TraceTable.Key(thing: index, identity: slot.identity))
        continue
      }
      ended.append(
        EndedAlarm(
          alarm: alarms.remove(slot.identity, from: &things[index].alarms), slot: slot))
    }
    return ended
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
    precondition(draft == nil, "settings wait for the snapshot that has begun")
    let isCut = settings.bucket != self.settings.bucket
    // What the old settings have no use for is gone, also where the new ones would find it still there: after
    // a restart it would not be.
    for index in things.indices {
      if isCut ? things[index].forgetWindows() : things[index].forget(horizon) {
        willChange(index)
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
    for index in things.indices {
      let ended = cover(index)
      assert(ended.isEmpty, "settings do not change who is judged by what")
    }
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
    willChange(index)
    things[index].forgetWindows()
    for end in openBuckets.keys {
      openBuckets[end]?.remove(index)
      if openBuckets[end]?.count == 0 { openBuckets[end] = nil }
    }
  }
}
