/// The detection engine: a deterministic state machine.
///
/// It is told reports, changes and the passing of time, one after another, and answers with events. It
/// reads no clock, no random source and no storage; the same inputs in the same order give the same state
/// and the same events, byte for byte. A value: a copy is a checkpoint.
///
///     catalog ──► plan per profile ──► coverage per set of profiles ◄── thing: streaks, windows
///                                                                              │
///                                                              alarms ◄────────┘
package struct Engine: Sendable {
  package internal(set) var settings: Settings
  package internal(set) var catalog: Catalog
  /// The latest time the engine was told, in milliseconds since the epoch. It never goes back.
  package internal(set) var clock: Int64 = 0
  /// The sequence number of the latest event, 0 before the first.
  package internal(set) var lastSequence: Int64 = 0

  /// Episodes begun so far.
  var episodes: Int64 = 0
  /// No bucket that ends at this time or before is open, or opens again.
  var closedThrough: Int64 = .min
  /// Reports taken in the second of `rateSecond`, for the quota of reports per second.
  var rateSecond: Int64 = 0
  var rateCount = 0

  var things = ThingTable()
  var names = NameOrder()
  var alarms = AlarmTable()
  var traces = TraceTable()
  /// Explanations of the alarms that the input under way has raised.
  var explanations: [ViolationExplanation] = []
  /// By the end of an open bucket: the things with a value in it.
  var openBuckets: [Int64: ThingSet] = [:]
  /// No alarm's latest datapoint is earlier than this, so nothing falls silent before it plus `silence`.
  var earliestDatapoint: Int64 = .max

  /// The work that has begun and has steps left: an advance or a change, one at a time.
  var advancing: Advance?
  var rollout: Rollout?

  /// Datapoints counted since the engine was made, one for each behavior that judged one.
  var datapointsJudged: Int64 = 0
  /// In a backtest, what every thing is judged by; nothing is kept for a store then.
  var rehearsal: Coverage?

  /// Plans by profile name.
  var plans: [String: ProfilePlan] = [:]
  /// What the plans' sets are taken from.
  var sharedSets = SharedSets()
  /// Coverages made since the last change to a profile or a target, by what decides them.
  var coverages: [CoverageKey: Coverage] = [:]

  /// What changed since the last snapshot began, in this round.
  var unsaved = Unsaved()
  var round = SnapshotRound.even
  /// Values for `ListMetricValues` that no complete snapshot holds.
  var retained = RetainedLog()
  /// The snapshot that is being taken.
  var draft: SnapshotDraft?
  /// While a snapshot is loaded: things of which only chunks of the report log have come.
  var unfinishedThings: Set<Int> = []

  /// Room in which one report's bucket cells are gathered and merged, so that it is not asked for anew.
  var cells: [BucketLog.Cell] = []
  var mergedCells: [BucketLog.Cell] = []

  /// An engine that knows nothing yet.
  package init(settings: Settings = Settings()) {
    self.settings = settings
    catalog = Catalog(settings: settings)
  }

  /// What an input led to.
  package struct Outcome: Sendable {
    /// In the order of their sequence numbers.
    package var events: [ViolationEvent] = []
    /// What is to be sent for them.
    package var alerts: [Alert] = []
    /// For reports: what became of each. The indices count the reports of the input.
    package var batch = BatchOutcome()
    /// What was said of violations; their events in the store are to show it.
    package var verifications: [ViolationVerification] = []
    /// Why, for each in-alarm event.
    package var explanations: [ViolationExplanation] = []
    /// Steps of work that were done.
    package var steps = 0

    package init() {}
  }

  /// Applies one input. Its time is taken as the present where it is later than every one before.
  package mutating func apply(_ input: Input) -> Outcome {
    var outcome = Outcome()
    switch input {
    case .reports(let reports, let time):
      let before = (clock, rateSecond, rateCount)
      clock = max(clock, time)
      for (index, report) in reports.enumerated() {
        apply(report, index: index, &outcome)
      }
      // Nothing was taken: the input is not written, and so it must leave no trace.
      if outcome.batch.accepted == 0 { (clock, rateSecond, rateCount) = before }
    case .changes(let changes, let time, let steps):
      precondition(!hasWork, "changes wait for the work that has begun")
      clock = max(clock, time)
      apply(changes, &outcome.events)
      proceed(steps, &outcome)
    case .advance(let time, let steps):
      precondition(!hasWork, "time waits for the work that has begun")
      clock = max(clock, time)
      advancing = Advance(horizon: clock - settings.grace)
      proceed(steps, &outcome)
    case .proceed(let steps):
      proceed(steps, &outcome)
    case .configure(let settings):
      precondition(!hasWork, "settings wait for the work that has begun")
      configure(settings)
    case .verify(let verification, let time):
      precondition(rollout == nil, "what is said of violations waits for those that a change ends")
      clock = max(clock, time)
      verify(verification)
      outcome.verifications = [verification]
    }
    swap(&outcome.explanations, &explanations)
    outcome.alerts = alerts(for: outcome.events)
    checkInvariants()
    return outcome
  }

  // MARK: Work in steps

  /// Goes on with the work that has begun.
  ///
  /// What a step is decides where slices end, and so what a journal means: see `Work`.
  private mutating func proceed(_ limit: Int, _ outcome: inout Outcome) {
    var steps = limit
    if rollout != nil { rollOut(&steps, &outcome.events) }
    if advancing != nil { advance(&steps, &outcome.events) }
    outcome.steps += limit - steps
  }

  // MARK: Datapoints

  /// Counts one datapoint of a thing for one slot of its coverage (evaluation.md 6).
  ///
  /// - Parameters:
  ///   - value: the measured value, made only where it is kept or told.
  ///   - grounds: why the datapoint violates, made only where it may have to be explained.
  ///   - time: event time, in milliseconds since the epoch.
  mutating func count(
    _ thing: Int, _ slot: Coverage.Slot, at index: Int, conforms: Bool, at time: Int64,
    _ events: inout [ViolationEvent], value: () -> MetricValue,
    grounds: () -> ExplainedDatapoint.Grounds
  ) {
    datapointsJudged += 1
    var streak = things[thing].streak(at: index)
    let alarm = streak.isInAlarm ? alarms.place(of: slot.identity, from: things[thing].alarms) : nil
    if let alarm { alarms[alarm].lastDatapointTime = max(alarms[alarm].lastDatapointTime, time) }
    if conforms {
      if streak.violating > 0, alarm == nil {
        _ = traces.end(TraceTable.Key(thing: thing, identity: slot.identity))
      }
      streak.conforming = Streak.next(streak.conforming)
      streak.violating = 0
      if alarm != nil, streak.conforming >= slot.datapointsToClear {
        streak = Streak()
        let alarm = alarms.remove(slot.identity, from: &things[thing].alarms)
        emit(.alarmCleared, alarm, slot, value(), at: time, &events)
      }
    } else {
      streak.violating = Streak.next(streak.violating)
      streak.conforming = 0
      if let alarm {
        alarms[alarm].lastViolationTime = time
        alarms[alarm].lastViolationValue = value()
      } else {
        if rehearsal == nil {
          traces[TraceTable.Key(thing: thing, identity: slot.identity)]
            .append(ExplainedDatapoint(time: time, grounds()))
        }
        if streak.violating >= slot.datapointsToAlarm {
          streak.isInAlarm = true
          raise(thing, slot, value(), at: time, &events)
        }
      }
    }
    things[thing].setStreak(streak, at: index)
  }

  private mutating func raise(
    _ thing: Int, _ slot: Coverage.Slot, _ value: MetricValue, at time: Int64,
    _ events: inout [ViolationEvent]
  ) {
    episodes += 1
    let alarm = Alarm(
      thing: thing, identity: slot.identity,
      violationID: violationID(
        profile: slot.plan.profileName, behavior: slot.entry.behavior.name,
        thing: things[thing].name, start: time, episode: episodes),
      startTime: time, lastViolationTime: time, lastViolationValue: value, lastDatapointTime: time)
    earliestDatapoint = min(earliestDatapoint, time)
    let trace = traces.end(TraceTable.Key(thing: thing, identity: slot.identity))
    alarms.insert(alarm, before: &things[thing].alarms)
    let beginning = Beginning(
      place: things[thing].alarms,
      explanation: rehearsal == nil ? explanation(of: alarm, slot, trace) : nil)
    emit(.inAlarm, alarm, slot, value, at: time, &events, beginning)
  }

  /// What goes with the event that begins a violation.
  struct Beginning: Sendable {
    var place: AlarmTable.Place?
    /// Why the alarm was raised, for the store; none in a backtest.
    var explanation: ViolationExplanation?
  }

  /// Tells what happened to a violation, under the next sequence number. While a change has invalidations left
  /// whose numbers come first, the event waits for its own.
  mutating func emit(
    _ type: ViolationEventType, _ alarm: Alarm, _ slot: Coverage.Slot, _ value: MetricValue?,
    at time: Int64, _ events: inout [ViolationEvent], _ beginning: Beginning = Beginning()
  ) {
    let event = ViolationEvent(
      sequence: 0, violationID: alarm.violationID, thing: things[alarm.thing].name,
      securityProfileName: slot.plan.profileName, behavior: slot.entry.behavior,
      criteriaType: slot.entry.criteriaType, metricValue: value, type: type, time: time,
      verification: alarm.verification)
    guard rollout == nil else {
      rollout?.waiting.append((event, beginning))
      return
    }
    number(event, beginning, &events)
  }

  /// Gives an event the next sequence number, and tells it.
  mutating func number(
    _ event: ViolationEvent, _ beginning: Beginning, _ events: inout [ViolationEvent]
  ) {
    lastSequence += 1
    var event = event
    event.sequence = lastSequence
    // What began while a change was under way may have ended before it is told.
    if let place = beginning.place, alarms.holds(event.violationID, at: place) {
      alarms.tell(place, as: lastSequence)
    }
    events.append(event)
    if let explanation = beginning.explanation { explanations.append(explanation) }
  }

  /// Keeps what was said of a violation with its alarm, so that its later events show it. Of a violation
  /// that has ended only the store knows.
  private mutating func verify(_ said: ViolationVerification) {
    guard let place = alarms.place(of: said.violationID) else { return }
    willChange(alarms[place].thing)
    alarms[place].verification = said.verification
  }

  // MARK: Things

  /// Makes the state of a thing that has none, and returns its index.
  mutating func addThing(_ name: ThingName) -> Int {
    names.insert(things.count) { things[$0].precedes(name) }
    var state = ThingState(name: name)
    let coverage = coverage(of: name)
    state.cover(coverage, coverage.slots.map { _ in Streak() })
    return things.append(state)
  }

  // MARK: Reading

  /// Whether an advance or a change has steps left. Until they are done, only `reports` and `proceed` are
  /// taken.
  package var hasWork: Bool { advancing != nil || rollout != nil }

  /// Whether a change has steps left: its invalidations are not all told yet.
  package var isRollingOut: Bool { rollout != nil }

  /// Events that wait for their sequence numbers, until the invalidations of a change have theirs.
  package var waitingEventCount: Int { rollout?.waiting.count ?? 0 }

  /// Whether `advance(to: now)` would change anything.
  package func isDue(at now: Int64) -> Bool {
    let horizon = max(clock, now) - settings.grace
    return openBuckets.keys.contains { $0 <= horizon }
      || earliestDatapoint < horizon - settings.silence
  }

  /// The active violations of all things or of one, newest first by (start time, sequence), from after a position
  /// on, as long as `take` says to go on.
  package func visitActiveViolations(
    of thing: ThingName?, after position: EventPosition?, _ take: (ActiveViolation) -> Bool
  ) {
    guard let thing else { return alarms.visit(after: position) { take(describe($0)) } }
    guard let index = things.index(of: thing) else { return }
    let violations = alarms.all(from: things[index].alarms).map(describe)
      .sorted { $0.eventPosition > $1.eventPosition }
      .drop { violation in position.map { violation.eventPosition >= $0 } ?? false }
    _ = violations.allSatisfy(take)
  }

  /// Whether the thing has ever reported or is registered.
  package func knows(_ thing: ThingName) -> Bool {
    things.index(of: thing) != nil || catalog.things[thing] != nil
  }

  /// Whether the violation is active.
  package func isActive(_ violationID: String) -> Bool { alarms.place(of: violationID) != nil }

  private func describe(_ alarm: Alarm) -> ActiveViolation {
    let state = things[alarm.thing]
    guard let slot = state.coverage.slots.first(where: { $0.identity == alarm.identity }) else {
      preconditionFailure("an alarm outlived its behavior")
    }
    guard let sequence = alarm.position?.sequence else {
      preconditionFailure("an alarm is listed before it is told")
    }
    return ActiveViolation(
      violationID: alarm.violationID, thing: state.name,
      securityProfileName: slot.plan.profileName, behavior: slot.entry.behavior,
      criteriaType: slot.entry.criteriaType, lastViolationValue: alarm.lastViolationValue,
      lastViolationTime: alarm.lastViolationTime, violationStartTime: alarm.startTime,
      sequence: sequence, verification: alarm.verification)
  }

  /// What must hold after every input; checked in debug builds only.
  private func checkInvariants() {
    assert(advancing == nil || rollout == nil)
    assert(openBuckets.keys.allSatisfy { $0 > closedThrough })
    assert(unsaved.things <= things.count)
    assert(alarms.isConsistent)
  }
}
