extension Suggestions {
  /// Makes suggestions from values, and tries them out on the same values.
  ///
  /// Everything is backtested twice at most: all rungs of all ladders together, then what is suggested. What
  /// is suggested has no fault and no warning, and has not raised more alarms than wished.
  init(
    _ sample: ValueSample, _ query: SuggestionQuery, thingsCovered: Int, settings: Settings
  ) throws(DetectError) {
    var settings = settings
    // Every value was taken once; whether windows had to hold it then is no matter now.
    settings.windowCapacity = Limits.suggestionValues
    let trial = Trial(sample: sample, query: query, settings: settings)
    var ladders: [ThresholdLadder] = []
    var proposals: [Behavior] = []
    var skipped: [Skipped] = []
    for metric in query.metrics where sample.values.contains(where: { $0.metric == metric.metric })
    {
      if metric.family == .list {
        let (behavior, reason) = SetProposal.make(
          of: metric, sample, maximumAlarms: query.maximumAlarms)
        if let behavior { proposals.append(behavior) }
        if behavior == nil { skipped.append(Skipped(metric: metric.name, reason: reason)) }
      } else {
        ladders += ThresholdLadder.ladders(
          of: metric, sample, maximumAlarms: query.maximumAlarms, settings: settings)
      }
    }
    ladders = ladders.map { trial.clean($0) }
    let alarms = try trial.run(ladders.flatMap(\.rungs), keepingEvents: 0).alarms
    var next = 0
    for ladder in ladders {
      let quiet = zip(ladder.rungs, alarms[next...]).prefix { $0.1 <= query.maximumAlarms }
      if let tightest = quiet.last { proposals.append(tightest.0) }
      next += ladder.rungs.count
    }
    proposals = trial.clean(ThresholdLadder(rungs: Self.withoutRepetition(proposals))).rungs
    let order = Dictionary(
      uniqueKeysWithValues: query.metrics.map { ($0.name, $0.metric.number) })
    proposals.sort {
      (order[$0.metric ?? ""] ?? 0, $0.name) < (order[$1.metric ?? ""] ?? 0, $1.name)
    }
    let outcome = try trial.run(proposals, keepingEvents: Limits.suggestedEvents)
    suggestions = zip(proposals, zip(outcome.alarms, outcome.events)).map {
      Suggestion(behavior: $0, alarms: $1.0, events: $1.1)
    }
    for metric in query.metrics where metric.family != .list {
      let isSampled = sample.values.contains { $0.metric == metric.metric }
      if isSampled, !proposals.contains(where: { $0.metric == metric.name }) {
        skipped.append(
          Skipped(metric: metric.name, reason: "no threshold is quiet enough and says anything"))
      }
    }
    self.skipped = skipped
    self.thingsCovered = thingsCovered
    thingsRead = sample.things.count
    valuesRead = sample.values.count
    summary = outcome.summary
  }

  /// An alarm after three datapoints is worth a behavior of its own only where its threshold is another one
  /// than that of the alarm at once.
  private static func withoutRepetition(_ behaviors: [Behavior]) -> [Behavior] {
    var seen: Set<[String]> = []
    return behaviors.filter { behavior in
      let criteria = behavior.criteria
      let meaning = [
        behavior.metric ?? "", criteria?.comparisonOperator ?? "", criteria?.statistic ?? "",
        criteria?.value.map { "\($0)" } ?? "",
      ]
      return seen.insert(meaning).inserted
    }
  }
}

/// Behaviors tried out on a sample.
private struct Trial {
  let sample: ValueSample
  let query: SuggestionQuery
  let settings: Settings

  struct Outcome {
    /// For each behavior its in-alarm events.
    var alarms: [Int]
    /// For each behavior its first events.
    var events: [[ViolationEvent]]
    var summary = Backtest.Summary()
  }

  /// The rungs without a fault and without a warning.
  func clean(_ ladder: ThresholdLadder) -> ThresholdLadder {
    ThresholdLadder(
      rungs: ladder.rungs.filter { behavior in
        let validation = try? BehaviorValidation(
          [behavior], of: query.definitions, settings: settings)
        return validation.map { $0.faults.isEmpty && $0.warnings.isEmpty } ?? false
      })
  }

  /// Backtests behaviors; names may repeat, so each is judged under a name of its own.
  func run(_ behaviors: [Behavior], keepingEvents limit: Int) throws(DetectError) -> Outcome {
    var outcome = Outcome(
      alarms: behaviors.map { _ in 0 }, events: behaviors.map { _ in [] })
    guard !behaviors.isEmpty else { return outcome }
    var places: [String: [String: Int]] = [:]
    var profiles: [(name: String, behaviors: [Behavior])] = []
    for (index, group) in groups(of: behaviors).enumerated() {
      let name = "suggested-\(index)"
      var renamed: [Behavior] = []
      for place in group {
        var behavior = behaviors[place]
        behavior.name = "\(place)"
        places[name, default: [:]][behavior.name] = place
        renamed.append(behavior)
      }
      profiles.append((name, renamed))
    }
    func note(_ events: [ViolationEvent]) {
      for event in events {
        guard let place = places[event.securityProfileName]?[event.behavior.name] else { continue }
        if event.type == .inAlarm { outcome.alarms[place] += 1 }
        guard outcome.events[place].count < limit else { continue }
        var event = event
        event.behavior.name = behaviors[place].name
        outcome.events[place].append(event)
      }
    }
    var backtest = try Backtest(profiles, of: query.definitions, settings: settings)
    let names = Dictionary(uniqueKeysWithValues: query.metrics.map { ($0.metric, $0.name) })
    try sample.forEachBatch(of: query.definitions, named: names) { batch throws(DetectError) in
      note(try backtest.apply(batch))
    }
    let (events, summary) = backtest.finish()
    note(events)
    outcome.summary = summary
    return outcome
  }

  /// The places of the behaviors, as many together as one profile may have.
  private func groups(of behaviors: [Behavior]) -> [[Int]] {
    var groups: [[Int]] = []
    var elements = 0
    for (place, behavior) in behaviors.enumerated() {
      let cost = behavior.criteria?.value?.cost ?? 1
      let isFull =
        elements + cost > Limits.valueElementsPerProfile
        || groups.last?.count == Limits.behaviorsPerProfile
      if groups.isEmpty || isFull {
        groups.append([])
        elements = 0
      }
      groups[groups.count - 1].append(place)
      elements += cost
    }
    return groups
  }
}
