/// Tries behaviors out on reports of the past: the same engine, on a clock that the reports move, touching
/// nothing that is stored (evaluation.md 10).
///
/// Memory is bounded by the things and their windows, not by the number of reports.
package struct Backtest: Sendable {
  /// What was counted.
  package struct Summary: Hashable, Sendable {
    package var reports: Int64 = 0
    /// Distinct things.
    package var things: Int64 = 0
    /// One for each datapoint and behavior that conformed or violated.
    package var datapointsJudged: Int64 = 0
    package var inAlarmEvents: Int64 = 0
    package var alarmClearedEvents: Int64 = 0
    package var alarmInvalidatedEvents: Int64 = 0
    /// Violations that have not ended.
    package var activeViolations: Int64 = 0

    package init() {}
  }

  private var engine: Engine
  private var summary = Summary()
  private var lastTime: Int64 = .min

  /// A backtest of these profiles: every thing is judged by every one, in this order. Reports are checked
  /// by the same metrics that are given here.
  ///
  /// - Throws: `invalidRequest` where there is no profile, a name occurs twice, or a behavior could not be
  ///   stored.
  package init(
    _ profiles: [(name: String, behaviors: [Behavior])], of metrics: MetricDefinitions = .init(),
    settings: Settings
  ) throws(DetectError) {
    guard !profiles.isEmpty, profiles.count <= Limits.profilesPerBacktest else {
      throw .invalidRequest(
        "a backtest is of 1 to \(Limits.profilesPerBacktest) profiles", field: "profiles")
    }
    var settings = settings
    settings.grace = 0
    var plans: [ProfilePlan] = []
    var sharedSets = SharedSets()
    for (index, profile) in profiles.enumerated() {
      let field = "profiles[\(index)].securityProfileName"
      try FieldCheck.name(profile.name, field: field)
      guard !plans.contains(where: { $0.profileName == profile.name }) else {
        throw .invalidRequest("security profile \(profile.name) occurs twice", field: field)
      }
      let profile = try SecurityProfile(
        backtested: profile.name, profile.behaviors, number: UInt32(index), of: metrics,
        settings: settings)
      plans.append(
        ProfilePlan(profile, of: metrics, settings: settings, sharing: &sharedSets))
    }
    engine = Engine(settings: settings, rehearsing: Coverage(plans))
  }

  /// Lets the reports of a batch happen, each at its own time.
  ///
  /// - Parameter batch: reports with times that do not fall.
  /// - Returns: what the engine says, in order.
  /// - Throws: `invalidRequest` naming the first report that is invalid or older than the one before it;
  ///   `limitExceeded` where a thing or a window is one too many.
  package mutating func apply(_ batch: ReportBatch) throws(DetectError) -> [ViolationEvent] {
    if let rejection = batch.rejections.first {
      let report = summary.reports + Int64(rejection.index)
      throw .invalidRequest(
        "report \(report): \(rejection.message)",
        field: "reports[\(rejection.index)].\(rejection.field)")
    }
    var events: [ViolationEvent] = []
    for (index, report) in batch.reports.enumerated() {
      let time: Int64
      do {
        time = try nextTime(of: report)
      } catch {
        throw .invalidRequest(
          "report \(summary.reports): \(error.message)", field: "reports[\(index)].time")
      }
      lastTime = time
      if let refusal = engine.rehearse(report, at: time, &events) {
        throw .limitExceeded("report \(summary.reports): \(refusal)")
      }
      summary.reports += 1
    }
    count(events)
    return events
  }

  /// The report's time, where it is one that may come now.
  private func nextTime(of report: MetricReport) throws(TimeFault) -> Int64 {
    guard let time = report.time else { throw TimeFault(message: "a time is required") }
    guard Limits.backtestTimes.contains(time) else {
      throw TimeFault(message: "its time is not between 1970 and 9999, in milliseconds")
    }
    guard time >= lastTime else {
      throw TimeFault(message: "its time is before that of the report before it")
    }
    return time
  }

  /// Why a report's time ends the backtest.
  private struct TimeFault: Error {
    let message: String
  }

  /// Closes the last bucket that holds data, and says what that leads to.
  package mutating func finish() -> (events: [ViolationEvent], summary: Summary) {
    var events: [ViolationEvent] = []
    if let last = engine.openBuckets.keys.max() { engine.advance(to: last, &events) }
    count(events)
    summary.things = Int64(engine.things.count)
    summary.datapointsJudged = engine.datapointsJudged
    summary.activeViolations = Int64(engine.alarms.count)
    return (events, summary)
  }

  private mutating func count(_ events: [ViolationEvent]) {
    for event in events {
      switch event.type {
      case .inAlarm: summary.inAlarmEvents += 1
      case .alarmCleared: summary.alarmClearedEvents += 1
      case .alarmInvalidated: summary.alarmInvalidatedEvents += 1
      }
    }
  }
}

extension Engine {
  /// An engine for a backtest: every thing has this coverage, and nothing is kept for a store.
  fileprivate init(settings: Settings, rehearsing coverage: Coverage) {
    self.init(settings: settings)
    rehearsal = coverage
  }

  /// Lets time pass to a report and takes it. Says why not where there is no room.
  fileprivate mutating func rehearse(
    _ report: MetricReport, at time: Int64, _ events: inout [ViolationEvent]
  ) -> String? {
    advance(to: time, &events)
    let thing = things.index(of: report.thing)
    if let refusal = noRoom(for: report, thing) { return refusal }
    take(report, of: thing ?? addThing(report.thing), at: time, &events)
    return nil
  }
}

extension SecurityProfile {
  /// A profile that exists only while it is tried out.
  fileprivate init(
    backtested name: String, _ behaviors: [Behavior], number: UInt32, of metrics: MetricDefinitions,
    settings: Settings
  ) throws(DetectError) {
    let rules = try BehaviorValidation(behaviors, of: metrics, settings: settings).checkedRules()
    self.init(
      name: name, description: nil, behaviors: behaviors, alertTargets: [:],
      additionalMetricsToRetain: [], metricsExportConfig: nil, version: 1, creationDate: 0,
      lastModifiedDate: 0, number: number, behaviorNumbers: rules.indices.map { UInt32($0) },
      nextBehaviorNumber: UInt32(rules.count))
  }
}
