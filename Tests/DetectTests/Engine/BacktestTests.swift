import Testing

@testable import Detect

struct BacktestTests {
  private func ports(_ name: String, _ allowed: [Int64]) -> Behavior {
    Behavior(
      name: name, metric: "aws:listening-tcp-ports",
      criteria: BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports(allowed)))
  }

  private func sent(_ name: String, below count: Int64) -> Behavior {
    Behavior(
      name: name, metric: "aws:num-messages-sent",
      criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(count)))
  }

  private func batch(
    _ reports: [(thing: String, time: Int64?, metric: String, value: MetricValue)]
  ) -> ReportBatch {
    var batch = ReportBatch()
    for report in reports {
      batch.add(
        thingName: report.thing, id: 1, time: report.time,
        datapoints: [SentDatapoint(report.metric, report.value)])
    }
    return batch
  }

  @Test func `buckets are closed by the next report, and the last one at the end`() throws {
    var backtest = try Backtest(
      [("Zeta", [ports("Ports", [22])]), ("Alpha", [sent("Sent", below: 10), ports("P", [22])])],
      settings: Settings())
    var events = try backtest.apply(
      batch([
        ("cam", 1000, "aws:num-messages-sent", .count(10)),
        ("cam", 299_999, "aws:listening-tcp-ports", .ports([23])),
        ("cam", 300_000, "aws:listening-tcp-ports", .ports([22])),
        ("dog", 300_000, "aws:num-messages-sent", .count(11)),
      ]))
    let (last, summary) = backtest.finish()
    events += last
    // The order of the first message, not of the names; the bucket closes before the report at its end.
    let told = events.map { "\($0.sequence) \($0.type) \($0.securityProfileName) \($0.time)" }
    #expect(
      told == [
        "1 inAlarm Zeta 299999", "2 inAlarm Alpha 299999", "3 inAlarm Alpha 300000",
        "4 alarmCleared Zeta 300000", "5 alarmCleared Alpha 300000", "6 inAlarm Alpha 600000",
      ])
    var expected = Backtest.Summary()
    expected.reports = 4
    expected.things = 2
    expected.datapointsJudged = 6
    expected.inAlarmEvents = 4
    expected.alarmClearedEvents = 2
    expected.activeViolations = 2
    #expect(summary == expected)
  }

  @Test func `nothing fires after the last bucket, and nothing at all without one`() throws {
    var settings = Settings()
    settings.silence = 600_000
    var backtest = try Backtest([("P", [ports("Ports", [22])])], settings: settings)
    _ = try backtest.apply(batch([("cam", 0, "aws:listening-tcp-ports", .ports([23]))]))
    let (events, summary) = backtest.finish()
    #expect(events.isEmpty)
    #expect(summary.activeViolations == 1)
  }

  @Test func `a report without a time, an older one and an invalid one end it, named`() throws {
    let settings = Settings()
    let faults: [(ReportBatch, String)] = [
      (batch([("cam", nil, "aws:num-messages-sent", .count(1))]), "report 0: a time is required"),
      (
        batch([
          ("cam", 5, "aws:num-messages-sent", .count(1)),
          ("cam", 4, "aws:num-messages-sent", .count(1)),
        ]), "report 1: its time is before that of the report before it"
      ),
      (
        batch([("cam", Limits.backtestTimes.upperBound + 1, "aws:num-messages-sent", .count(1))]),
        "report 0: its time is not between 1970 and 9999, in milliseconds"
      ),
      (
        batch([("cam", .max, "aws:num-messages-sent", .count(1))]),
        "report 0: its time is not between 1970 and 9999, in milliseconds"
      ),
      (
        batch([("cam", -1, "aws:num-messages-sent", .count(1))]),
        "report 0: its time is not between 1970 and 9999, in milliseconds"
      ),
      (batch([("cam", 5, "aws:nothing", .count(1))]), "report 0: unknown metric aws:nothing"),
    ]
    for (batch, message) in faults {
      var backtest = try Backtest([("P", [sent("Sent", below: 10)])], settings: settings)
      do throws(DetectError) {
        _ = try backtest.apply(batch)
        Issue.record("taken, but \(message)")
      } catch {
        guard case .invalidRequest(let said, _) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(said == message)
      }
    }
  }

  @Test func `profiles are checked as they would be on creation`() {
    let settings = Settings()
    #expect(throws: DetectError.self) { try Backtest([], settings: settings) }
    #expect(throws: DetectError.self) { try Backtest([("a b", [])], settings: settings) }
    #expect(throws: DetectError.self) { try Backtest([("a", []), ("a", [])], settings: settings) }
    #expect(throws: DetectError.self) {
      try Backtest([("a", [Behavior(name: "b", metric: "aws:nothing")])], settings: settings)
    }
    let many = (0...Limits.profilesPerBacktest).map { ("p\($0)", [Behavior]()) }
    #expect(throws: DetectError.self) { try Backtest(many, settings: settings) }
  }

  @Test func `things are bounded`() throws {
    var settings = Settings()
    settings.thingCapacity = 1
    var backtest = try Backtest([("P", [sent("Sent", below: 10)])], settings: settings)
    #expect(throws: DetectError.limitExceeded("report 1: over 1 things report")) {
      try backtest.apply(
        batch([
          ("cam", 1, "aws:num-messages-sent", .count(1)),
          ("dog", 1, "aws:num-messages-sent", .count(1)),
        ]))
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `a backtest says what a live engine with grace 0 says`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var inputs = RandomInputs(seed: seed)
    let behaviors = (0..<6).map { inputs.behavior(number: $0) }
    var settings = Settings()
    settings.grace = 0
    let catalog = Engine(settings: settings).catalog
    let moment = Moment(now: 0, identifier: "id")
    let creation = try CreateSecurityProfile(securityProfileName: "P", behaviors: behaviors)
      .decide(catalog, at: moment)
    var live = Engine(settings: settings)
    _ = live.apply(.changes(creation.changes + [.attach(profile: "P", .allThings)], at: 0))
    var backtest = try Backtest([("P", behaviors)], settings: settings)

    var expected: [ViolationEvent] = []
    var said: [ViolationEvent] = []
    var time: Int64 = 1_000_000
    for id in 1...400 as ClosedRange<UInt64> {
      time += Int64.random(in: 0...30_000, using: &random)
      var report = inputs.report()
      report.id = id
      report.time = nil
      expected += live.apply(.advance(to: time)).events
      expected += live.apply(.reports([report], at: time)).events
      var batch = ReportBatch()
      batch.add(
        thingName: report.thing.text, id: 1, time: time,
        datapoints: report.sent(
          Dictionary(uniqueKeysWithValues: Metric.catalogue.map { ($0.metric, $0.name) })))
      said += try backtest.apply(batch)
    }
    if let end = live.openBuckets.keys.max() { expected += live.apply(.advance(to: end)).events }
    said += backtest.finish().events
    let place = zip(said, expected).prefix { $0 == $1 }.count
    #expect(said.count == expected.count)
    #expect(said.dropFirst(place).first == expected.dropFirst(place).first, "event \(place + 1)")
  }
}
