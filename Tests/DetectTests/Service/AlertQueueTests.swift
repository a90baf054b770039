import Synchronization
import Testing

@testable import Detect

/// The service's alerts, from an event to their delivery.
@Suite struct AlertQueueTests {
  private let store = FailingStore()
  private let clock = ManualClock(1_700_000_000_000)

  private func makeService() throws -> DetectService {
    try DetectService(
      store: store, settings: Settings(), workers: .queues(), clock: { [clock] in clock.now },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
  }

  /// Creates a profile with a target of its name, attached to all things.
  private func create(_ profile: String, in service: DetectService) async throws {
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: profile,
        behaviors: [
          Behavior(
            name: "ports", metric: "aws:listening-tcp-ports",
            criteria: BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports([22])))
        ],
        alertTargets: [
          SecurityProfile.alertTargetKind: AlertTarget(
            alertTargetARN: "topic of \(profile)",
            roleARN: "arn:aws:iam::000000000000:role/alerts")
        ]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: profile,
        securityProfileTargetARN: service.settings.account.arn("all/things")))
  }

  /// Brings this many things into alarm.
  private func alarm(_ things: Range<Int>, in service: DetectService) async throws {
    var batch = ReportBatch()
    for thing in things {
      batch.add(
        thingName: "t\(thing)", id: 1, time: nil,
        datapoints: [SentDatapoint("aws:listening-tcp-ports", .ports([23]))])
    }
    _ = try await service.submit(batch).outcome()
  }

  private func list(
    _ service: DetectService, state: AlertState? = nil, token: String? = nil, count: Int64 = 250
  ) async throws -> Page<AlertDelivery> {
    try await service.listAlertDeliveries(
      ListAlertDeliveries(state: state, nextToken: token, maxResults: count))
  }

  @Test func `who delivers is told of new alerts, at once or when they come`() async throws {
    let service = try makeService()
    try await create("P", in: service)
    try await create("Q", in: service)
    try await alarm(0..<2, in: service)
    #expect(await service.alerts.newTargets() == ["topic of P", "topic of Q"])
    let waiting = Task { await service.alerts.newTargets() }
    try await alarm(2..<3, in: service)
    #expect(await waiting.value == ["topic of P", "topic of Q"])
    let cancelled = Task { await service.alerts.newTargets() }
    cancelled.cancel()
    #expect(await cancelled.value == [])
    let page = try await service.alerts.dueAlerts(
      of: "topic of Q", at: clock.now, limit: 9, bytes: .max)
    #expect(page.deliveries.map(\.alert.sequence) == [2, 4, 6])
    #expect(page.deliveries.map(\.alert.since) == Array(repeating: clock.now, count: 3))
  }

  @Test func `a commit that fails leaves no alert, and one that is kept leaves one`() async throws {
    let service = try makeService()
    try await create("P", in: service)
    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.self) { try await alarm(0..<1, in: service) }
    #expect(try await list(service).items == [])
    store.failsCommits.withLock { $0 = false }
    try await alarm(0..<1, in: service)
    await service.stop()
    let next = try makeService()
    try await alarm(0..<1, in: next)
    #expect(try await list(next).items.map(\.alert.sequence) == [1])
  }

  @Test func `targets are read in parts`() async throws {
    let service = try makeService()
    let count = Limits.alertTargetsPerRead + 1
    let events = (1...count).map { number in
      ViolationEvent(
        sequence: Int64(number), violationID: "id", thing: ThingName("t"),
        securityProfileName: "P", behavior: Behavior(name: "b"), criteriaType: .staticThreshold,
        metricValue: nil, type: .inAlarm, time: 0)
    }
    try store.commit(
      JournalGroup(
        position: 1, inputs: [], events: events,
        alerts: events.map { Alert(of: $0, to: "topic \($0.sequence)", at: 0) }))
    let first = try await service.alerts.pendingTargets(after: nil)
    #expect(first.count == Limits.alertTargetsPerRead)
    #expect(try await service.alerts.pendingTargets(after: first.last).count == 1)
  }

  @Test func `a list goes page by page and its filters hold`() async throws {
    let service = try makeService()
    try await create("P", in: service)
    try await alarm(0..<7, in: service)
    let all = try await list(service).items
    #expect(all.map(\.alert.sequence) == [7, 6, 5, 4, 3, 2, 1])
    #expect(all.allSatisfy { $0.event.sequence == $0.alert.sequence })
    var (found, token): ([AlertDelivery], String?) = ([], nil)
    repeat {
      let page = try await list(service, token: token, count: 3)
      found += page.items
      token = page.nextToken
    } while token != nil
    #expect(found == all)
    #expect(try await list(service, state: .dead).items == [])
    for (request, field) in [
      (ListAlertDeliveries(alertTargetARN: ""), "alertTargetArn"),
      (ListAlertDeliveries(nextToken: "x"), "nextToken"),
      (ListAlertDeliveries(maxResults: 0), "maxResults"),
    ] {
      let error = await #expect(throws: DetectError.self) {
        try await service.listAlertDeliveries(request)
      }
      guard case .invalidRequest(_, field) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func `dead alerts are redriven, all of them, and announced`() async throws {
    let service = try makeService()
    try await create("P", in: service)
    let count = 2 * Limits.alertsPerRedrive + 3
    try await alarm(0..<count, in: service)
    _ = await service.alerts.newTargets()
    var dead = try store.alertDeliveries(AlertQuery(limit: .max)).map(\.alert)
    for index in dead.indices { dead[index].state = .dead }
    try await service.alerts.record(dead)
    let redrive = RedriveAlertDeliveries(alertTargetARN: "topic of P")
    #expect(
      try await service.redriveAlertDeliveries(RedriveAlertDeliveries(alertTargetARN: "other"))
        == 0)
    clock.advance(by: 5000)
    #expect(try await service.redriveAlertDeliveries(redrive) == count)
    #expect(try await service.redriveAlertDeliveries(redrive) == 0)
    #expect(await service.alerts.newTargets() == ["topic of P"])
    let alerts = try store.alertDeliveries(AlertQuery(limit: .max)).map(\.alert)
    #expect(alerts.allSatisfy { $0.state == .pending && $0.since == clock.now })
    await #expect(throws: DetectError.self) {
      try await service.redriveAlertDeliveries(RedriveAlertDeliveries(alertTargetARN: ""))
    }
  }
}
