import Synchronization
import Testing

@testable import Detect

/// The service's fixed limits.
struct ServiceLimitTests {
  private func event(_ sequence: Int64) -> ViolationEvent {
    ViolationEvent(
      sequence: sequence, violationID: "id", thing: ThingName("cam"), securityProfileName: "P",
      behavior: Behavior(name: "B"), criteriaType: .staticThreshold, metricValue: nil,
      type: .inAlarm, time: sequence)
  }

  @Test func `the latest events are in memory, at most twice as many, and given out in parts`() {
    let feed = EventFeed(newest: 0)
    let count = Int64(3 * Limits.recentEvents)
    for sequence in 1...count { feed.publish([event(sequence)], []) }
    guard case .inStore = feed.events(after: count - Int64(2 * Limits.recentEvents) - 1) else {
      Issue.record("more than twice the limit is in memory")
      return
    }
    guard case .events(let events) = feed.events(after: count - Int64(Limits.recentEvents)) else {
      Issue.record("the latest events are not in memory")
      return
    }
    #expect(events.count == Limits.eventsPerRead)
    #expect(events.first?.sequence == count - Int64(Limits.recentEvents) + 1)
  }

  @Test func `a snapshot is due once so many bytes of values wait for it`() async throws {
    let store = FailingStore()
    let service = try DetectService(
      store: store, settings: Settings(), workers: .queues(), unsavedBytes: 20_000,
      clock: { 1_700_000_000_000 }, identifiers: { "id" }, onFault: { _ in })
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        behaviors: [Behavior(name: "B", metric: "aws:num-disconnects")]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
    let perReport = Limits.datapointsPerReport
    var id: UInt64 = 0
    func submit() async throws {
      id += 1
      var batch = ReportBatch()
      batch.add(
        thingName: "cam", id: id, time: nil,
        datapoints: Array(
          repeating: SentDatapoint("aws:num-disconnects", .count(1)), count: perReport))
      _ = try await service.submit(batch).outcome()
    }
    // Three bytes a value, and up to twenty for the time and the place of the report before.
    let least = UInt64(20_000 / (3 * perReport + 20))
    while id < least { try await submit() }
    #expect(try store.loadSnapshot { _ in } == 0)
    while id < 2 * least, try store.loadSnapshot({ _ in }) == 0 { try await submit() }
    #expect(try store.loadSnapshot { _ in } > 0)
    #expect(Limits.unsavedBytes > 20_000)
    await service.stop()
  }

  @Test func `a page of active violations looks at a bounded number of them`() async throws {
    let service = try DetectService(
      store: MemoryStore(), settings: Settings(), workers: .queues(), clock: { 1_700_000_000_000 },
      identifiers: { "id" }, onFault: { _ in })
    for (profile, metric) in [("Old", "aws:all-bytes-in"), ("New", "aws:all-bytes-out")] {
      let few = BehaviorCriteria(comparisonOperator: "less-than", value: .count(1))
      _ = try await service.perform(
        CreateSecurityProfile(
          securityProfileName: profile,
          behaviors: [Behavior(name: "few", metric: metric, criteria: few)]))
      _ = try await service.perform(
        AttachSecurityProfile(
          securityProfileName: profile,
          securityProfileTargetARN: service.settings.account.arn("all/things")))
    }
    var batch = ReportBatch()
    batch.add(
      thingName: "old", id: 1, time: nil, datapoints: [SentDatapoint("aws:all-bytes-in", .count(9))]
    )
    for number in 0..<Limits.violationsVisitedPerPage {
      batch.add(
        thingName: "new-\(number)", id: 1, time: nil,
        datapoints: [SentDatapoint("aws:all-bytes-out", .count(9))])
    }
    _ = try await service.submit(batch).outcome()
    var list = ListActiveViolations(securityProfileName: "Old")
    let first = try await service.listActiveViolations(list)
    #expect(first.items == [])
    list.nextToken = first.nextToken
    let second = try await service.listActiveViolations(list)
    #expect(second.items.map(\.thing.text) == ["old"] && second.nextToken == nil)
    await service.stop()
  }

  @Test func `a group of many things is deleted in parts, and answered after the last`()
    async throws
  {
    let store = FailingStore()
    let service = try DetectService(
      store: store, settings: Settings(), workers: .queues(), clock: { 1_700_000_000_000 },
      identifiers: { "id" }, onFault: { _ in })
    _ = try await service.perform(CreateThingGroup(thingGroupName: "g"))
    for number in 0...Limits.membersLeavingAtOnce {
      _ = try await service.perform(CreateThing(thingName: "t\(number)"))
      _ = try await service.perform(
        AddThingToThingGroup(thingGroupName: "g", thingName: "t\(number)"))
    }
    let groups = { store.writes.withLock { $0.count { $0 == .group } } }
    let before = groups()
    _ = try await service.perform(DeleteThingGroup(thingGroupName: "g"))
    #expect(groups() == before + 2)
    #expect(try await service.perform(ListThingGroups()).items == [])
    await service.stop()
  }

  @Test func `what has expired is removed in steps`() async throws {
    let store = FailingStore()
    let count = Int64(Limits.rowsPerRemoval) * 2 + 1
    try store.commit(
      JournalGroup(position: 1, inputs: [], events: (1...count).map { event($0) }))
    #expect(
      try store.removeExpired(
        eventsBefore: .max, valuesBefore: 0, limit: Limits.rowsPerRemoval))
    #expect(try store.oldestSequence() == Int64(Limits.rowsPerRemoval) + 1)
    let service = try DetectService(
      store: store, settings: Settings(), workers: .queues(), clock: { 1_700_000_000_000 },
      identifiers: { "id" }, onFault: { _ in })
    service.tick()
    await service.stop()
    while try store.oldestSequence() != nil { await Task.yield() }
  }
}
