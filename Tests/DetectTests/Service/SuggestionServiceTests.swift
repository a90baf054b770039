import Synchronization
import Testing

@testable import Detect

/// Suggestions from what a service has retained, in memory and in the store.
struct SuggestionServiceTests {
  private let store = FailingStore()
  private let clock = ManualClock(1_700_000_000_000)

  private func makeService() async throws -> DetectService {
    var settings = Settings()
    settings.snapshotJournalBytes = 2000
    let service = try DetectService(
      store: store, settings: settings, workers: .queues(), clock: { [clock] in clock.now },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        additionalMetricsToRetain: [
          "aws:num-listening-tcp-ports", "aws:listening-tcp-ports", "aws:num-disconnects",
        ]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
    return service
  }

  /// Reports of ten things, one every minute.
  private func fill(_ service: DetectService) async throws {
    _ = try await service.perform(CreateThingGroup(thingGroupName: "even"))
    for thing in 0..<10 where thing % 2 == 0 {
      _ = try await service.perform(CreateThing(thingName: "thing-\(thing)"))
      _ = try await service.perform(
        AddThingToThingGroup(thingGroupName: "even", thingName: "thing-\(thing)"))
    }
    for round in 1...30 as ClosedRange<UInt64> {
      clock.advance(by: 60_000)
      var batch = ReportBatch()
      for thing in 0..<10 {
        batch.add(
          thingName: "thing-\(thing)", id: round, time: nil,
          datapoints: [
            SentDatapoint("aws:num-listening-tcp-ports", .count(Int64(thing))),
            SentDatapoint("aws:listening-tcp-ports", .ports([22, Int64(1000 + thing)])),
          ])
      }
      #expect(try await service.submit(batch).outcome().accepted == 10)
    }
  }

  private func request(_ service: DetectService, _ target: String) -> SuggestBehaviors {
    SuggestBehaviors(
      targetARN: service.settings.account.arn(target), startTime: 1_700_000_000_000,
      endTime: 1_700_000_000_000 + 86_400_000)
  }

  @Test func `a group's things are looked at, every value of theirs once`() async throws {
    let service = try await makeService()
    try await fill(service)
    for target in ["thinggroup/even", "all/registered-things"] {
      let made = try await service.suggestBehaviors(request(service, target))
      #expect(made.thingsCovered == 5)
      #expect(made.thingsRead == 5)
      #expect(made.valuesRead == 5 * 30 * 2)
      let values = made.suggestions.map(\.behavior.criteria?.value)
      #expect(values.contains(.count(8)))
      #expect(values.contains(.ports([22, 1000, 1002, 1004, 1006, 1008])))
      #expect(made.summary.inAlarmEvents == 0)
      #expect(made.summary.reports == 150)
    }
    let all = try await service.suggestBehaviors(request(service, "all/things"))
    #expect(all.valuesRead == 10 * 30 * 2)
    // After a restart everything is in the store.
    await service.stop()
    let next = try DetectService(
      store: store, settings: service.settings, workers: .queues(), clock: { [clock] in clock.now },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
    #expect(try await next.suggestBehaviors(request(next, "all/things")) == all)
  }

  @Test func `one thing and some metrics can be asked for`() async throws {
    let service = try await makeService()
    try await fill(service)
    let made = try await service.suggestBehaviors(
      SuggestBehaviors(
        thingName: "thing-3", metrics: ["aws:num-listening-tcp-ports"],
        startTime: 1_700_000_000_000, endTime: 1_700_000_000_000 + 600_000))
    #expect(made.valuesRead == 9)
    #expect(
      made.suggestions.map(\.behavior.criteria?.value) == [.count(3), .count(3)])
  }

  @Test func `a period without values is not found, and faults are named`() async throws {
    let service = try await makeService()
    try await fill(service)
    var request = request(service, "all/things")
    request.metrics = ["aws:num-disconnects"]
    await #expect(
      throws: DetectError.notFound("no values are retained between startTime and endTime")
    ) { try await service.suggestBehaviors(request) }
    for (change, field) in [
      ({ $0.targetARN = nil }, "securityProfileTargetArn"),
      ({ $0.thingName = "a" }, "securityProfileTargetArn"),
      ({ $0.metrics = ["x"] }, "metricNames[0]"), ({ $0.startTime = nil }, "startTime"),
      ({ $0.endTime = 1 << 60 }, "startTime"), ({ $0.maximumAlarms = -1 }, "maximumAlarms"),
    ] as [((inout SuggestBehaviors) -> Void, String)] {
      var request = self.request(service, "all/things")
      change(&request)
      let error = await #expect(throws: DetectError.self) {
        try await service.suggestBehaviors(request)
      }
      guard case .invalidRequest(_, field: field) = error else {
        Issue.record("\(field): \(error.map { "\($0)" } ?? "nothing")")
        return
      }
    }
    await #expect(throws: DetectError.self) {
      try await service.suggestBehaviors(self.request(service, "thinggroup/none"))
    }
  }

  @Test func `so many are made at a time, and the next may come again`() async throws {
    let service = try await makeService()
    try await fill(service)
    service.suggestionsInMaking.withLock { $0 = Limits.suggestionsAtOnce }
    await #expect(
      throws: DetectError.throttled("2 suggestions are in the making", retryAfterMilliseconds: 1000)
    ) { try await service.suggestBehaviors(request(service, "all/things")) }
    service.suggestionsInMaking.withLock { $0 = Limits.suggestionsAtOnce - 1 }
    _ = try await service.suggestBehaviors(request(service, "all/things"))
    #expect(service.suggestionsInMaking.withLock { $0 } == Limits.suggestionsAtOnce - 1)
  }
}
