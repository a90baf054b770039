import Synchronization
import Testing

@testable import Detect

/// How dimensions live through changes, snapshots and restarts of the service.
struct DimensionServiceTests {
  private let store = FailingStore()

  private func makeService() throws -> DetectService {
    try DetectService(
      store: store, settings: Settings(), workers: .queues(), clock: { 1_700_000_000_000 },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
  }

  private static let create = CreateDimension(
    dimensionName: "d", type: "TOPIC_FILTER", stringValues: ["a/#"], clientRequestToken: "t")

  private static func update(_ filters: String...) -> UpdateDimension {
    UpdateDimension(dimensionName: "d", stringValues: filters)
  }

  /// A profile on all things: at 10.0.0.0/8 is normal, for messages of the dimension.
  private func attachProfile(to service: DetectService) async throws {
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        behaviors: [
          .sample(
            metric: "aws:source-ip-address", dimension: MetricDimension(dimensionName: "d"),
            comparison: "in-cidr-set", value: .cidrs(["10.0.0.0/8"]))
        ],
        additionalMetricsToRetainV2: [
          MetricToRetain(
            metric: "aws:num-messages-sent",
            metricDimension: MetricDimension(
              dimensionName: "d", dimensionValueOperator: "NOT_IN"))
        ]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
  }

  private func report(_ service: DetectService, _ id: UInt64, _ sent: SentDatapoint...) async throws
  {
    var batch = ReportBatch(of: service.metrics)
    batch.add(thingName: "cam", id: id, time: nil, datapoints: sent)
    #expect(try await service.submit(batch).outcome().accepted == 1)
  }

  private func values(
    _ service: DetectService, _ metric: String, _ dimensionOperator: String?
  ) async throws -> [MetricValue] {
    try await service.listMetricValues(
      ListMetricValues(
        thingName: "cam", metricName: metric,
        metricDimension: MetricDimension(
          dimensionName: "d", dimensionValueOperator: dimensionOperator),
        startTime: 1_699_999_000_000, endTime: 1_700_000_001_000)
    ).items.map(\.value)
  }

  private func active(_ service: DetectService) async throws -> [MetricValue] {
    try await service.listActiveViolations(ListActiveViolations()).items.map(\.lastViolationValue)
  }

  @Test func `What is judged and kept of a dimension survives a snapshot and a restart`()
    async throws
  {
    var service = try makeService()
    _ = try await service.perform(Self.create)
    try await attachProfile(to: service)
    try await report(
      service, 1, SentDatapoint("aws:source-ip-address", .cidrs(["11.0.0.1"]), topic: "a/x"),
      SentDatapoint("aws:source-ip-address", .cidrs(["11.0.0.2"]), topic: "b"),
      SentDatapoint("aws:num-messages-sent", .count(3), topic: "a"),
      SentDatapoint("aws:num-messages-sent", .count(4), topic: "b"),
      SentDatapoint("aws:num-messages-sent", .count(5)))
    for _ in 1...2 {
      #expect(try await active(service) == [.cidrs(["11.0.0.1"])])
      #expect(try await values(service, "aws:source-ip-address", nil) == [.cidrs(["11.0.0.1"])])
      #expect(try await values(service, "aws:num-messages-sent", "NOT_IN") == [.count(4)])
      #expect(try await values(service, "aws:num-messages-sent", "IN") == [])
      await service.stop()
      service = try makeService()
    }
  }

  @Test func `Other filters end the violations of a dimension in the commit of the change`()
    async throws
  {
    let service = try makeService()
    _ = try await service.perform(Self.create)
    try await attachProfile(to: service)
    try await report(
      service, 1, SentDatapoint("aws:source-ip-address", .cidrs(["11.0.0.1"]), topic: "a"))
    _ = try await service.perform(Self.update("a/#", "a/#"))
    #expect(try await active(service).count == 1)

    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.self) { try await service.perform(Self.update("b")) }
    store.failsCommits.withLock { $0 = false }
    #expect(try await active(service).count == 1)

    _ = try await service.perform(Self.update("b"))
    #expect(try await active(service) == [])
    let events = try await service.violationEvents(after: 0)
    #expect(events.map(\.type) == [.inAlarm, .alarmInvalidated])
    // What was kept under the old filters is not of the dimension as it is now.
    #expect(try await values(service, "aws:source-ip-address", nil) == [])
    try await report(
      service, 2, SentDatapoint("aws:source-ip-address", .cidrs(["11.0.0.1"]), topic: "a"),
      SentDatapoint("aws:source-ip-address", .cidrs(["11.0.0.2"]), topic: "b"))
    #expect(try await active(service) == [.cidrs(["11.0.0.2"])])
  }

  @Test func `A number given away stays so across a restart, deleted or not durable`() async throws
  {
    var service = try makeService()
    _ = try await service.perform(Self.create)
    _ = try await service.perform(Self.update("b"))
    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.self) { try await service.perform(Self.update("c")) }
    store.failsCommits.withLock { $0 = false }
    #expect(service.metrics.filters(ofDimension: "d")?.number == 513)
    _ = try await service.perform(DeleteDimension(dimensionName: "d"))
    #expect(service.metrics.filters(ofDimension: "d") == nil)
    await service.stop()
    service = try makeService()
    #expect(service.metrics.filters(ofDimension: "d") == nil)
    _ = try await service.perform(Self.create)
    #expect(service.metrics.filters(ofDimension: "d")?.number == 514)
  }

  @Test func `A request for values of a dimension is checked`() async throws {
    let service = try makeService()
    _ = try await service.perform(Self.create)
    try await report(service, 1)
    let cases: [(String, MetricDimension, Refusal?)] = [
      ("aws:num-messages-sent", .init(dimensionName: "d"), nil),
      ("aws:num-messages-sent", .init(dimensionName: "none"), .notFound),
      (
        "aws:num-messages-sent", .init(dimensionName: "", dimensionValueOperator: "IN"),
        .invalid(field: "dimensionName")
      ),
      ("aws:num-messages-sent", .init(dimensionName: "a b"), .invalid(field: "dimensionName")),
      (
        "aws:num-messages-sent", .init(dimensionName: "d", dimensionValueOperator: "3"),
        .invalid(field: "dimensionValueOperator")
      ),
      ("aws:num-disconnects", .init(dimensionName: "d"), .invalid(field: "dimensionName")),
    ]
    for (metric, dimension, refusal) in cases {
      let request = ListMetricValues(
        thingName: "cam", metricName: metric, metricDimension: dimension,
        startTime: 1_699_999_000_000, endTime: 1_700_000_001_000)
      do {
        #expect(try await service.listMetricValues(request).items == [])
        #expect(refusal == nil)
      } catch {
        #expect(Refusal(error) == refusal)
      }
    }
  }

  @Test func `The next page of one dimension is not one of another`() async throws {
    let service = try makeService()
    _ = try await service.perform(Self.create)
    try await attachProfile(to: service)
    for id in 1...3 as ClosedRange<UInt64> {
      try await report(service, id, SentDatapoint("aws:num-messages-sent", .count(1), topic: "b"))
    }
    var request = ListMetricValues(
      thingName: "cam", metricName: "aws:num-messages-sent",
      metricDimension: MetricDimension(dimensionName: "d", dimensionValueOperator: "NOT_IN"),
      startTime: 1_699_999_000_000, endTime: 1_700_000_001_000, maxResults: 2)
    let first = try await service.listMetricValues(request)
    #expect(first.items.count == 2)
    request.nextToken = first.nextToken
    #expect(try await service.listMetricValues(request).items.count == 1)
    request.metricDimension?.dimensionValueOperator = "IN"
    let foreign = request
    await #expect(throws: DetectError.self) { try await service.listMetricValues(foreign) }
  }
}
