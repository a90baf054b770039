import Testing

@testable import Detect

/// What is to be sent is decided with the event.
@Suite struct AlertTests {
  private static let target = AlertTarget(
    alertTargetARN: "arn:aws:sns:us-east-1:000000000000:alarms",
    roleARN: "arn:aws:iam::000000000000:role/alerts")
  private static let ports = BehaviorCriteria(
    comparisonOperator: "in-port-set", value: .ports([22]))

  private static let metric =
    Metric.named("aws:listening-tcp-ports")?.metric ?? Metric(number: 0)

  private var engine = Engine()
  private var reports: UInt64 = 0

  /// An engine in which one profile judges every thing.
  init() throws {
    try change(
      CreateSecurityProfile(
        securityProfileName: "P", behaviors: [Self.behavior()],
        alertTargets: [SecurityProfile.alertTargetKind: Self.target]))
    try change(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: Settings().account.arn("all/things")))
  }

  private static func behavior(suppressAlerts: Bool? = nil) -> Behavior {
    Behavior(
      name: "ports", metric: "aws:listening-tcp-ports", criteria: ports,
      suppressAlerts: suppressAlerts)
  }

  @discardableResult
  private mutating func change<O: Operation>(_ operation: O) throws -> Engine.Outcome {
    let decision = try operation.decide(
      engine.catalog,
      at: Moment(now: engine.clock, identifier: "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1"))
    return engine.apply(.changes(decision.changes, at: engine.clock))
  }

  private mutating func report(_ port: UInt16, of thing: String = "t") -> Engine.Outcome {
    reports += 1
    let report = MetricReport(
      thing: ThingName(thing), id: reports, time: nil,
      datapoints: [
        ReportedDatapoint(metric: Self.metric, value: .ports([port]))
      ])
    return engine.apply(.reports([report], at: engine.clock + 1000))
  }

  @Test mutating func `Each event has an alert to its profile's target`() {
    let alarm = report(23)
    let cleared = report(22)
    for (number, outcome) in [(1, alarm), (2, cleared)] as [(Int64, Engine.Outcome)] {
      #expect(outcome.events.map(\.sequence) == [number])
      #expect(
        outcome.alerts == [
          Alert(of: outcome.events[0], to: Self.target.alertTargetARN, at: number * 1000)
        ])
    }
    #expect(alarm.alerts[0].lane == cleared.alerts[0].lane)
    #expect(report(23, of: "other").alerts.map(\.lane) != alarm.alerts.map(\.lane))
    #expect(report(23).alerts.map(\.state) == [.pending])
  }

  @Test mutating func `A behavior that suppresses alerts has events and no alerts`() throws {
    try change(
      UpdateSecurityProfile(
        securityProfileName: "P", behaviors: [Self.behavior(suppressAlerts: true)]))
    let outcome = report(23)
    #expect(outcome.events.count == 1)
    #expect(outcome.alerts == [])
  }

  @Test mutating func `The target is the one of the moment, and none where there is none`() throws {
    let other = AlertTarget(alertTargetARN: "other", roleARN: Self.target.roleARN)
    try change(
      UpdateSecurityProfile(
        securityProfileName: "P", alertTargets: [SecurityProfile.alertTargetKind: other]))
    #expect(report(23).alerts.map(\.target) == ["other"])
    try change(UpdateSecurityProfile(securityProfileName: "P", deleteAlertTargets: true))
    let cleared = report(22)
    #expect(cleared.events.count == 1)
    #expect(cleared.alerts == [])
  }

  @Test mutating func `An invalidation is told, unless the profile went with its target`() throws {
    _ = report(23)
    let detached = try change(
      DetachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: Settings().account.arn("all/things")))
    #expect(detached.events.map(\.type) == [.alarmInvalidated])
    #expect(detached.alerts.map(\.sequence) == [2])
    try change(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: Settings().account.arn("all/things")))
    _ = report(23)
    let deleted = try change(DeleteSecurityProfile(securityProfileName: "P"))
    #expect(deleted.events.map(\.type) == [.alarmInvalidated])
    #expect(deleted.alerts == [])
  }
}
