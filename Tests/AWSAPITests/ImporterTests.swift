import Detect
import SigV4
import Synchronization
import Testing

@testable import AWSAPI

/// What is brought from one service into another. A test that would hang is ended by its time limit.
@Suite(.timeLimit(.minutes(1))) struct ImporterTests {
  private static func endpoint(port: Int) -> IoTEndpoint {
    IoTEndpoint(
      url: "http://127.0.0.1:\(port)", region: "us-east-1",
      credentials: SigV4.Credentials(accessKeyID: "any", secretAccessKey: "any"))
  }

  private static func service() throws -> DetectService {
    let clock = TestClock()
    var settings = Settings()
    settings.account = Account(partition: "aws", region: "eu-west-1", id: "111111111111")
    return try DetectService(
      store: MemoryStore(), settings: settings,
      workers: Workers(
        engine: SerialQueue("engine"), writer: SerialQueue("writer"),
        reader: SerialQueue("reader")),
      clock: { clock.now.load(ordering: .relaxed) }, identifiers: { "an-identifier" },
      onFault: { error in Issue.record(error) })
  }

  private static func fill(_ service: DetectService) async throws {
    _ = try await service.perform(
      CreateCustomMetric(metricName: "m", metricType: "number", clientRequestToken: "t"))
    _ = try await service.perform(CreateThingGroup(thingGroupName: "z-parent"))
    _ = try await service.perform(
      CreateThingGroup(thingGroupName: "a-child", parentGroupName: "z-parent"))
    _ = try await service.perform(CreateThing(thingName: "thing"))
    _ = try await service.perform(
      AddThingToThingGroup(thingGroupName: "a-child", thingName: "thing"))
    let inverted = Behavior(
      name: "b", metric: "aws:num-authorization-failures",
      criteria: BehaviorCriteria(
        comparisonOperator: "greater-than", value: .count(5), durationSeconds: 300))
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "p", behaviors: [inverted], tags: [Tag(key: "k", value: "v")]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "p",
        securityProfileTargetARN: "arn:aws:iot:us-east-1:000000000000:thinggroup/a-child"))
  }

  @Test func `Everything comes over once, into another account, and warnings with it`() async throws
  {
    let target = try Self.service()
    try await TestServer.run { source in
      try await Self.fill(source.service)
      let notes = Mutex<[Importer.Note]>([])
      let importer = Importer(
        from: Self.endpoint(port: source.server.port), into: target, clock: { 0 },
        note: { note in notes.withLock { $0.append(note) } })
      let first = try await importer.run()
      let created = first.map { "\($0.kind) \($0.created)" }
      #expect(
        created == [
          "custom metrics 1", "dimensions 0", "thing groups 2", "things 1", "memberships 1",
          "security profiles 1", "targets 1",
        ])
      let warnings = notes.withLock { $0 }
      #expect(warnings.count == 1)
      guard case .warning("security profile p, behavior b", let text) = warnings.first else {
        Issue.record("no warning: \(warnings)")
        return
      }
      #expect(text.contains("the operator is probably inverted"))

      let second = try await importer.run()
      #expect(second.map(\.unchanged) == first.map(\.created))
      #expect(second.allSatisfy { $0.created == 0 && $0.refused == 0 })
    }
    let targets = try await target.perform(
      ListTargetsForSecurityProfile(securityProfileName: "p"))
    #expect(
      targets.items.map(\.arn) == ["arn:aws:iot:eu-west-1:111111111111:thinggroup/a-child"])
    let tags = try await target.perform(
      ListTagsForResource(
        resourceARN: "arn:aws:iot:eu-west-1:111111111111:securityprofile/p"))
    #expect(tags.items == [Tag(key: "k", value: "v")])
    await target.stop()
  }

  @Test func `What is there with other content stays, and is named`() async throws {
    let target = try Self.service()
    _ = try await target.perform(
      CreateThing(thingName: "thing", attributePayload: AttributePayload(attributes: ["a": "b"])))
    try await TestServer.run { source in
      _ = try await source.service.perform(CreateThing(thingName: "thing"))
      let notes = Mutex<[Importer.Note]>([])
      let counts = try await Importer(
        from: Self.endpoint(port: source.server.port), into: target, clock: { 0 },
        note: { note in notes.withLock { $0.append(note) } }
      ).run()
      #expect(counts.map(\.refused) == [0, 0, 0, 1, 0, 0, 0])
      let refusals = notes.withLock { $0 }
      #expect(
        refusals == [
          .refused("thing thing", "thing thing already exists with different content")
        ])
    }
    await target.stop()
  }

  private static func fault(
    of answer: String?, _ change: (inout AWSAPI.Limits) -> Void
  ) async throws -> (text: String, requests: Int) {
    var limits = AWSAPI.Limits()
    limits.importWait = .milliseconds(1)
    change(&limits)
    var result = (text: "", requests: 0)
    let target = try service()
    try await FakeSource.run(answer) { [limits] source in
      let importer = Importer(
        from: endpoint(port: source.port), into: target, limits: limits, clock: { 0 },
        note: { Issue.record("unexpected: \($0)") })
      let fault = await #expect(throws: ImportFault.self) { try await importer.run() }
      result = (fault?.description ?? "", source.requests.value)
    }
    await target.stop()
    return result
  }

  @Test(arguments: [
    "HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 429 x\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 400 x\r\ncontent-length: 27\r\n\r\n{\"message\":\"Throttled, so\"}\n",
  ])
  func `A source that is busy is asked importTries times`(answer: String) async throws {
    let fault = try await Self.fault(of: answer) { $0.importTries = 4 }
    #expect(fault.requests == 4)
    #expect(fault.text.contains("/custom-metrics answers "))
  }

  @Test func `A refusal is final, and told`() async throws {
    let body = #"{"message":"not you"}"#
    let fault = try await Self.fault(
      of: "HTTP/1.1 403 x\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
    ) { _ in }
    #expect(fault.requests == 1)
    #expect(fault.text.hasSuffix("/custom-metrics answers 403: not you"))
  }

  @Test func `An answer that is not AWS's is named`() async throws {
    let fault = try await Self.fault(of: "HTTP/1.1 200 x\r\ncontent-length: 3\r\n\r\n<a>") { _ in }
    #expect(fault.text.contains("is not AWS's: the body is not JSON"))
  }

  @Test func `An answer over importedBytes is not read to its end`() async throws {
    let fault = try await Self.fault(of: "HTTP/1.1 200 x\r\ncontent-length: 3\r\n\r\n{ }") {
      $0.importedBytes = 2
    }
    #expect(fault.text.contains("cannot be read"))
  }

  @Test func `A source that is silent for importTimeout is given up`() async throws {
    let fault = try await Self.fault(of: nil) { $0.importTimeout = .milliseconds(50) }
    #expect(fault.text.contains("cannot be read"))
  }
}
