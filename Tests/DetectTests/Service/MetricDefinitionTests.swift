import Synchronization
import Testing

@testable import Detect

/// How definitions of custom metrics reach those who check reports.
struct MetricDefinitionTests {
  private let store = FailingStore()

  private func makeService() throws -> DetectService {
    try DetectService(
      store: store, settings: Settings(), workers: .queues(), clock: { 1_700_000_000_000 },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
  }

  private static func create(_ type: CustomMetricType) -> CreateCustomMetric {
    CreateCustomMetric(metricName: "m", metricType: type.rawValue, clientRequestToken: "t")
  }

  private func batch(_ id: UInt64, _ value: MetricValue, of metrics: MetricDefinitions)
    -> ReportBatch
  {
    var batch = ReportBatch(of: metrics)
    batch.add(thingName: "cam", id: id, time: nil, datapoints: [SentDatapoint("m", value)])
    return batch
  }

  @Test func `A definition that is not durable is not seen, and its number is free again`()
    async throws
  {
    let service = try makeService()
    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.self) { try await service.perform(Self.create(.number)) }
    #expect(service.metrics.named("m") == nil)
    store.failsCommits.withLock { $0 = false }
    _ = try await service.perform(Self.create(.stringList))
    let metric = try #require(service.metrics.named("m"))
    #expect(metric.kind == .strings)
    #expect(metric.metric.number == 1000)
  }

  @Test func `What was defined is known to the next service, also from a snapshot`() async throws {
    let service = try makeService()
    _ = try await service.perform(Self.create(.number))
    _ = try await service.perform(DeleteCustomMetric(metricName: "m"))
    _ = try await service.perform(Self.create(.numberList))
    await service.stop()
    let next = try makeService()
    #expect(next.metrics.named("m") == service.metrics.named("m"))
    #expect(next.metrics.named("m")?.metric.number == 1001)
    _ = try await next.perform(DeleteCustomMetric(metricName: "m"))
    #expect(next.metrics.named("m") == nil)
    await next.stop()
    let last = try makeService()
    _ = try await last.perform(Self.create(.number))
    #expect(last.metrics.named("m")?.metric.number == 1002)
  }

  @Test func `A report checked before its metric was deleted is taken, and nothing is kept of it`()
    async throws
  {
    let service = try makeService()
    _ = try await service.perform(Self.create(.number))
    let early = batch(1, .number(1.5), of: service.metrics)
    _ = try await service.perform(DeleteCustomMetric(metricName: "m"))
    #expect(batch(2, .number(1.5), of: service.metrics).rejections.map(\.reason) == [.invalid])
    _ = try await service.perform(Self.create(.stringList))
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        behaviors: [.sample(metric: "m", comparison: "in-set", value: .strings(["a"]))]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "P",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
    #expect(try await service.submit(early).outcome().accepted == 1)
    #expect(try await values(of: service) == [])
    let late = batch(3, .strings(["a", "b"]), of: service.metrics)
    #expect(try await service.submit(late).outcome().accepted == 1)
    #expect(try await values(of: service) == [.strings(["a", "b"])])
    let active = try await service.listActiveViolations(ListActiveViolations()).items
    #expect(active.map(\.lastViolationValue) == [.strings(["a", "b"])])
  }

  private func values(of service: DetectService) async throws -> [MetricValue] {
    try await service.listMetricValues(
      ListMetricValues(
        thingName: "cam", metricName: "m", startTime: 1_699_999_000_000,
        endTime: 1_700_000_001_000)
    ).items.map(\.value)
  }
}
