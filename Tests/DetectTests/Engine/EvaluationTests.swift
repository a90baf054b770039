import Testing

@testable import Detect

/// Sentences of the specification of evaluation that take more than a story to show.
@Suite struct EvaluationTests {
  private var engine = Engine()
  private var time: Int64 = 1_700_000_100_000

  private mutating func change<O: Operation>(_ operation: O) throws {
    let moment = Moment(now: time, identifier: "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1")
    let decision = try operation.decide(engine.catalog, at: moment)
    _ = engine.apply(.changes(decision.changes, at: time))
  }

  private static func connections(below limit: Int64, _ name: String = "few") -> Behavior {
    Behavior(
      name: name, metric: "aws:num-established-tcp-connections",
      criteria: BehaviorCriteria(
        comparisonOperator: "less-than", value: .count(limit), consecutiveDatapointsToAlarm: 2))
  }

  private func report(_ id: UInt64, _ count: Int64? = nil, time: Int64? = nil) -> MetricReport {
    let metric = Metric.named("aws:num-established-tcp-connections")?.metric ?? Metric(number: 0)
    return MetricReport(
      thing: "cam", id: id, time: time,
      datapoints: count.map { [ReportedDatapoint(metric: metric, value: .count($0))] } ?? [])
  }

  private mutating func judge(_ ids: UInt64..., count: Int64) -> [ViolationEvent] {
    time += 1000
    return engine.apply(.reports(ids.map { report($0, count) }, at: time)).events
  }

  @Test
  mutating func
    `6: silence counts from the latest datapoint, though an earlier one came behind it`() throws
  {
    try change(
      CreateSecurityProfile(securityProfileName: "P", behaviors: [Self.connections(below: 10)]))
    try change(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: engine.catalog.account.arn("all/things")))
    _ = judge(1, count: 11)
    #expect(judge(2, count: 11).map(\.type) == [.inAlarm])
    let latest = time
    _ = engine.apply(.reports([report(3, 11, time: latest - 5000)], at: latest + 1000))
    let end = latest + engine.settings.silence
    #expect(engine.apply(.advance(to: end + engine.settings.grace)).events == [])
    let events = engine.apply(.advance(to: end + engine.settings.grace + 1)).events
    #expect(events.map(\.type) == [.alarmInvalidated] && events.map(\.time) == [end])
  }

  @Test mutating func `2: of several faults the first is told: known id, old id, time, interval`() {
    engine.settings.minimumReportInterval = 10_000
    for id in 1...UInt64(Limits.rememberedReportIDs + 2) {
      time += 10_000
      #expect(engine.apply(.reports([report(id)], at: time)).batch.accepted == 1)
    }
    let old = time - engine.settings.grace
    // Each is at fault for everything that is looked for later as well.
    let batch = engine.apply(
      .reports(
        [report(50, time: old), report(1, time: old), report(99, time: old), report(99)], at: time)
    ).batch
    #expect(batch.duplicates == 1)
    #expect(batch.rejections.map(\.index) == [1, 2, 3])
    #expect(batch.rejections.map(\.reason) == [.reportTooOld, .timeOutOfRange, .throttled])
    // What is refused is not remembered.
    #expect(engine.apply(.reports([report(99)], at: time + 10_000)).batch.accepted == 1)
  }

  @Test func `2: content is looked at before anything that is known of the thing`() {
    var batch = ReportBatch()
    batch.add(
      thingName: "cam", id: 7, time: 0,
      datapoints: [SentDatapoint("aws:listening-tcp-ports", .ports([0]))])
    #expect(batch.rejections.map(\.reason) == [.invalid])
    #expect(batch.reports.isEmpty)
  }

  @Test(arguments: Statistic.texts)
  func `5: the nearest rank is the least that so many of the values do not exceed`(
    percentile: String
  ) throws {
    let hundredths = try #require(Statistic.hundredths(of: percentile))
    for count in 1...2000 {
      let rank = nearestRank(hundredths: hundredths, of: count)
      #expect((1...count).contains(rank))
      #expect(rank * 10_000 >= hundredths * count)
      #expect(rank == 1 || (rank - 1) * 10_000 < hundredths * count)
    }
    #expect(nearestRank(hundredths: 9990, of: 1000) == 999)
    #expect(nearestRank(hundredths: 0, of: 7) == 1)
    #expect(nearestRank(hundredths: 10_000, of: 7) == 7)
  }

  @Test mutating func `6: in alarm, the last time and value move, and nothing is told`() throws {
    try change(
      CreateSecurityProfile(
        securityProfileName: "P", behaviors: [Self.connections(below: 10)]))
    try change(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: engine.catalog.account.arn("all/things")))
    #expect(judge(1, count: 11) == [])
    let alarm = try #require(judge(2, count: 12).first)
    let begin = time
    func active() throws -> ActiveViolation {
      try #require(engine.activeViolations().first)
    }
    #expect(try active().violationStartTime == begin)
    #expect(try active().lastViolationTime == begin)
    #expect(try active().lastViolationValue == .count(12))
    #expect(judge(3, count: 13) == [])
    let violation = try active()
    #expect(violation.violationID == alarm.violationID)
    #expect(violation.violationStartTime == begin)
    #expect(violation.lastViolationTime == time)
    #expect(violation.lastViolationValue == .count(13))
  }

  @Test mutating func `7: what says nothing of what is normal changes no state`() throws {
    let target = AlertTarget(
      alertTargetARN: "arn:aws:sns:us-east-1:000000000000:alarms",
      roleARN: "arn:aws:iam::000000000000:role/alerts")
    let (few, fewer) = (Self.connections(below: 10), Self.connections(below: 5, "fewer"))
    try change(CreateSecurityProfile(securityProfileName: "P", behaviors: [few, fewer]))
    try change(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: engine.catalog.account.arn("all/things")))
    #expect(judge(1, 2, count: 7).map(\.behavior.name) == ["fewer"])
    #expect(judge(3, count: 11) == [])
    var quiet = few
    quiet.suppressAlerts = true
    quiet.exportMetric = false
    try change(
      UpdateSecurityProfile(
        securityProfileName: "P", securityProfileDescription: "new", behaviors: [fewer, quiet],
        alertTargets: [SecurityProfile.alertTargetKind: target],
        additionalMetricsToRetainV2: [MetricToRetain(metric: "aws:num-disconnects")]))
    // The streak of one goes on to two, and the violation is still there.
    #expect(judge(4, count: 11).map(\.behavior.name) == ["few"])
    #expect(judge(5, count: 1).map(\.behavior.name) == ["fewer", "few"])
  }
}
