import Synchronization
import Testing

@testable import Detect

/// What a person says of a violation, from the call to the lists, in every state of the violation.
struct VerificationTests {
  private let store = FailingStore()
  private let clock = ManualClock(1_700_000_000_000)

  private func makeService(_ settings: Settings = Settings()) throws -> DetectService {
    try DetectService(
      store: store, settings: settings, workers: .queues(), clock: { [clock] in clock.now },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
  }

  /// Makes port 22 the only normal one, and returns the identifier of a violation of that.
  private func violate(_ service: DetectService) async throws -> String {
    let criteria = BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports([22]))
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        behaviors: [
          Behavior(name: "Ports", metric: "aws:listening-tcp-ports", criteria: criteria)
        ]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
    try await report(service, 1, port: 23)
    return try #require(try await active(service).first).violationID
  }

  private func report(_ service: DetectService, _ id: UInt64, port: Int64) async throws {
    clock.advance(by: 1)
    var batch = ReportBatch()
    batch.add(
      thingName: "cam", id: id, time: nil,
      datapoints: [SentDatapoint("aws:listening-tcp-ports", .ports([port]))])
    #expect(try await service.submit(batch).outcome().accepted == 1)
  }

  private func active(_ service: DetectService) async throws -> [ActiveViolation] {
    try await service.listActiveViolations(ListActiveViolations()).items
  }

  private func history(_ service: DetectService) async throws -> [ViolationEvent] {
    try await service.listViolationEvents(ListViolationEvents(startTime: 0, endTime: .max)).items
  }

  private func put(
    _ service: DetectService, _ id: String, _ state: VerificationState?, _ text: String? = nil
  ) async throws {
    try await service.putVerificationState(
      PutVerificationStateOnViolation(
        violationID: id, verificationState: state, verificationStateDescription: text))
  }

  @Test func `what is said of an active violation shows in its later events, after a restart too`()
    async throws
  {
    var settings = Settings()
    settings.snapshotJournalBytes = 1
    let service = try makeService(settings)
    let id = try await violate(service)
    let said = Verification(.truePositive, description: "somebody was here")
    try await put(service, id, said.state, said.description)
    #expect(try await active(service).map(\.verification) == [said])
    await service.stop()

    let next = try makeService(settings)
    #expect(try await active(next).map(\.verification) == [said])
    try await report(next, 2, port: 22)
    let events = try await history(next)
    #expect(events.map(\.type) == [.alarmCleared, .inAlarm])
    #expect(events.map(\.verification) == [said, said])
    #expect(try await next.violationEvents(after: 0).map(\.verification) == [said, said])
  }

  @Test func `what is said of a violation that has ended shows in its events and in no other`()
    async throws
  {
    let service = try makeService()
    let id = try await violate(service)
    try await report(service, 2, port: 22)
    try await report(service, 3, port: 23)
    try await put(service, id, .falsePositive, "first")
    try await put(service, id, .benignPositive)
    let said = Verification(.benignPositive)
    #expect(try await history(service).map(\.verification) == [.none, said, said])
    #expect(try await service.violationEvents(after: 0).map(\.verification) == [said, said, .none])
    #expect(try await active(service).map(\.verification) == [.none])
  }

  @Test func `a list can be of one state`() async throws {
    let service = try makeService()
    let id = try await violate(service)
    try await put(service, id, .falsePositive)
    for state in VerificationState.allCases {
      let count = state == .falsePositive ? 1 : 0
      let active = ListActiveViolations(verificationState: state)
      let events = ListViolationEvents(startTime: 0, endTime: .max, verificationState: state)
      #expect(try await service.listActiveViolations(active).items.count == count)
      #expect(try await service.listViolationEvents(events).items.count == count)
    }
  }

  @Test func `a commit that fails takes back what was said`() async throws {
    let service = try makeService()
    let id = try await violate(service)
    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.unavailable("the store cannot be written at the moment")) {
      try await put(service, id, .falsePositive)
    }
    store.failsCommits.withLock { $0 = false }
    #expect(try await active(service).map(\.verification) == [.none])
    #expect(try await history(service).map(\.verification) == [.none])
  }

  @Test func `the words for an active violation outlast the event that began it`() async throws {
    var settings = Settings()
    settings.violationEventRetention = 1000
    let service = try makeService(settings)
    let id = try await violate(service)
    try await put(service, id, .truePositive)
    clock.advance(by: 2000)
    service.tick()
    await service.stop()
    let next = try makeService(settings)
    #expect(try await history(next).isEmpty)
    try await put(next, id, .benignPositive)
    try await report(next, 2, port: 22)
    #expect(try await history(next).map(\.verification.state) == [.benignPositive])
  }

  @Test(arguments: ["", "x", String(repeating: "0", count: 32), String(repeating: "A", count: 32)])
  func `a violation that is none is refused`(id: String) async throws {
    let service = try makeService()
    _ = try await violate(service)
    let error = await #expect(throws: DetectError.self) { try await put(service, id, .unknown) }
    guard case .invalidRequest(_, field: "violationId") = error else {
      Issue.record("\(error.map { "\($0)" } ?? "nothing")")
      return
    }
  }

  @Test func `a state is required, and a description has a length and no control characters`()
    async throws
  {
    let service = try makeService()
    let id = try await violate(service)
    let longest = String(repeating: "é", count: Limits.verificationDescriptionCharacters)
    try await put(service, id, .unknown, longest)
    #expect(try await active(service).map(\.verification.description) == [longest])
    for (state, text, field) in [
      (nil, "fine", "verificationState"), (.unknown, longest + "é", "verificationStateDescription"),
      (.unknown, "a\u{7}", "verificationStateDescription"),
    ] as [(VerificationState?, String, String)] {
      let error = await #expect(throws: DetectError.self) {
        try await put(service, id, state, text)
      }
      guard case .invalidRequest(_, field: field) = error else {
        Issue.record("\(error.map { "\($0)" } ?? "nothing")")
        return
      }
    }
  }
}
