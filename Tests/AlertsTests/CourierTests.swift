import Detect
import Synchronization
import Testing

@testable import Alerts

/// The courier at a source and a transport that a test scripts, in real time.
@Suite struct CourierTests {
  private final class Source: AlertSource {
    let store = MemoryStore()
    private let news = AsyncStream<String>.makeStream()

    func commit(_ sequences: ClosedRange<Int64>) throws {
      try store.commit(sequences.map { .sample($0, thing: "t\($0)") }, to: "a", at: 0)
      news.continuation.yield("a")
    }

    func newTargets() async -> Set<String> {
      var iterator = news.stream.makeAsyncIterator()
      return await iterator.next().map { [$0] } ?? []
    }

    func pendingTargets(after target: String?) async throws(StoreError) -> [String] {
      try store.pendingAlertTargets(after: target, limit: 1)
    }

    func dueAlerts(
      of target: String, at now: Int64, limit: Int, bytes: Int
    ) async throws(StoreError) -> DueAlerts {
      #expect(limit == Limits.alertsPerTarget)
      #expect(bytes == Limits.bytesPerPage)
      return try store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
    }

    func record(_ alerts: [Alert]) async throws(StoreError) { try store.record(alerts) }
  }

  private final class Transport: AlertTransport {
    let results: Mutex<[SendResult]>
    let sent = Mutex<[Int64]>([])
    let hangs: Bool
    let allowsDigests = false

    init(_ results: [SendResult] = [], hangs: Bool = false) {
      self.results = Mutex(results)
      self.hangs = hangs
    }

    func send(_ shipment: Shipment, to target: String) async -> SendResult {
      sent.withLock { $0 += shipment.deliveries.map(\.alert.sequence) }
      if hangs {
        try? await Task.sleep(for: .seconds(3600))
        return .failed("cancelled", retryAfter: nil)
      }
      return results.withLock { $0.isEmpty ? .delivered : $0.removeFirst() }
    }
  }

  private func courier(
    _ source: Source, _ route: Result<any AlertTransport, NoRoute>,
    report: @escaping @Sendable (Courier.Report) -> Void = { _ in }
  ) -> Courier {
    let start = ContinuousClock.now
    return Courier(
      source: source, policy: DeliveryPolicy(), routes: { _ in route },
      clock: {
        let elapsed = (ContinuousClock.now - start).components
        return elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
      }, report: report)
  }

  private func wait(until condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test func `alerts are delivered, those from before and those that come`() async throws {
    let (source, transport) = (Source(), Transport())
    try source.store.commit([.sample(1)], to: "b", at: 0)
    let courier = courier(source, .success(transport))
    let run = Task { await courier.run() }
    try source.commit(2...4)
    try await wait { try source.store.alerts().allSatisfy { $0.state == .delivered } }
    try source.commit(5...5)
    try await wait { transport.sent.withLock { $0.count } == 5 }
    courier.stop()
    await run.value
    #expect(try source.store.alerts().map(\.state) == Array(repeating: .delivered, count: 5))
    #expect(transport.sent.withLock { $0.sorted() } == [1, 2, 3, 4, 5])
  }

  @Test func `the operator is told of trouble, of its end, and of what is given up`() async throws {
    let source = Source()
    let transport = Transport([.failed("no answer", retryAfter: nil), .refused("too long")])
    let reports = AsyncStream<Courier.Report>.makeStream()
    let courier = courier(source, .success(transport)) { reports.continuation.yield($0) }
    let run = Task { await courier.run() }
    try source.commit(1...2)
    var seen: Set<Courier.Report> = []
    for await report in reports.stream {
      seen.insert(report)
      if seen.count == 3 { break }
    }
    #expect(
      seen == [
        .troubled(target: "a", "no answer"), .dead(target: "a", count: 1, "too long"),
        .recovered(target: "a"),
      ])
    courier.stop()
    await run.value
  }

  @Test func `what has no route is dead`() async throws {
    let source = Source()
    let courier = courier(source, .failure(NoRoute("nothing is configured")))
    let run = Task { await courier.run() }
    try source.commit(1...2)
    try await wait { try source.store.alerts().allSatisfy { $0.state == .dead } }
    #expect(try source.store.alerts()[0].failure == "nothing is configured")
    courier.stop()
    await run.value
  }

  @Test func `a stop waits a while for what is on its way, and not for ever`() async throws {
    let (source, transport) = (Source(), Transport(hangs: true))
    let courier = courier(source, .success(transport))
    let run = Task { await courier.run() }
    try source.commit(1...1)
    try await wait { transport.sent.withLock { $0 } == [1] }
    let clock = ContinuousClock()
    let start = clock.now
    courier.stop()
    await run.value
    #expect(clock.now - start >= .milliseconds(Limits.stop))
    #expect(try source.store.alerts()[0].state == .pending)
  }
}
