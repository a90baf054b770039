import Synchronization
import Testing

@testable import Detect

/// What the simulation has found, each as the situation that it found.
@Suite struct FoundTests {
  private let store = FailingStore()
  private let clock = ManualClock(1_700_000_000_000)
  private let client = Lane()
  private let engine = Lane()
  private let writer = Lane()
  private let reader = Lane()

  private func makeService(_ settings: Settings = Settings()) throws -> DetectService {
    try DetectService(
      store: store, settings: settings,
      workers: Workers(engine: engine, writer: writer, reader: reader),
      clock: { [clock] in clock.now }, identifiers: { "" }, onFault: { _ in })
  }

  /// Runs lanes until they have nothing to do.
  private func run(_ lanes: Lane...) {
    while let lane = lanes.first(where: { !$0.isIdle }) { lane.step() }
  }

  private func spawn(_ body: @escaping @Sendable () async throws -> Void) {
    Task.detached(executorPreference: client) { try await body() }
  }

  private func report(_ id: UInt64, ports: [Int64], to service: DetectService) {
    var batch = ReportBatch()
    batch.add(
      thingName: "cam", id: id, time: nil,
      datapoints: [SentDatapoint("aws:listening-tcp-ports", .ports(ports))])
    spawn { [batch] in _ = await service.submit(batch) }
  }

  @Test func `a watcher that reads from the store does not get ahead of the feed`() throws {
    let first = try makeService()
    spawn {
      _ = try await first.perform(
        CreateSecurityProfile(
          securityProfileName: "Cameras",
          behaviors: [
            Behavior(
              name: "Ports", metric: "aws:listening-tcp-ports",
              criteria: BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports([22])))
          ]))
      _ = try await first.perform(
        AttachSecurityProfile(
          securityProfileName: "Cameras",
          securityProfileTargetARN: first.settings.account.arn("all/things")))
    }
    run(client, engine, writer)
    report(1, ports: [23], to: first)
    run(client, engine, writer)

    // The next group is committed, and the engine worker has not heard of it.
    let second = try makeService()
    report(2, ports: [22], to: second)
    run(client)
    engine.step()
    writer.step()

    let seen = Sequences()
    spawn {
      while seen.last < 3 {
        seen.add(try await second.violationEvents(after: seen.last))
      }
    }
    run(client, reader)
    #expect(seen.all == [1])
    run(client, engine, writer, reader)
    #expect(seen.all == [1, 2])
    report(3, ports: [23], to: second)
    run(client, engine, writer, reader)
    #expect(seen.all == [1, 2, 3])
  }

  @Test func `a service that stopped without its store writes nothing when the store is back`()
    throws
  {
    var settings = Settings()
    settings.silence = 3_600_000
    // The settings are new, so the service has something to write from the beginning.
    let service = try makeService(settings)
    store.failsCommits.withLock { $0 = true }
    store.failsLoading.withLock { $0 = true }
    run(engine, writer)
    spawn { await service.stop() }
    run(client, engine, writer)
    store.failsCommits.withLock { $0 = false }
    store.failsLoading.withLock { $0 = false }
    service.tick()
    run(engine, writer)
    #expect(try Recovery(from: store).position == 0)
  }

  @Test func `a bucket that a registration has emptied leaves the same state with a snapshot`()
    throws
  {
    var inputs: [Input] = []
    let sent = Behavior(
      name: "Sent", metric: "aws:num-messages-sent",
      criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(10)))
    let moment = Moment(now: clock.now, identifier: "")
    let create = CreateSecurityProfile(securityProfileName: "Chatty", behaviors: [sent])
    inputs.append(
      .changes(
        try create.decide(Catalog(settings: Settings()), at: moment).changes
          + [.attach(profile: "Chatty", .allThings)], at: clock.now))
    let metric = try #require(Metric.named("aws:num-messages-sent")).metric
    let report = MetricReport(
      thing: "cam", id: 1, datapoints: [ReportedDatapoint(metric: metric, value: .count(1))])
    inputs.append(.reports([report], at: clock.now))
    inputs.append(.changes([.putThing(Thing(name: "cam", id: "cam"))], at: clock.now))
    var live = Engine()
    for input in inputs { _ = live.apply(input) }

    var restored = Engine()
    let records = live.takeSnapshot(at: 1).records
    for record in records.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      try restored.restore(record)
    }
    _ = live.apply(.advance(to: clock.now + 400_000))
    _ = restored.apply(.advance(to: clock.now + 400_000))
    #expect(restored.state == live.state)
  }

  /// Seed 8694: a batch of which nothing was taken moved the clock, a snapshot kept the clock, and the
  /// journal knew nothing of it.
  @Test func `a batch of which nothing is taken leaves no trace`() {
    var settings = Settings()
    settings.enforcesRateQuotas = true
    var engine = Engine(settings: settings)
    let report = MetricReport(thing: "cam", id: 1, datapoints: [])
    _ = engine.apply(.reports([report], at: clock.now))
    let before = engine.state
    let late = MetricReport(thing: "cam", id: 2, time: 5, datapoints: [])
    let outcome = engine.apply(.reports([report, late], at: clock.now + 10_000))
    #expect(outcome.batch.duplicates == 1)
    #expect(outcome.batch.rejections.map(\.reason) == [.timeOutOfRange])
    #expect(engine.state == before)
  }
}

/// The sequence numbers of the events that a watcher was given.
private final class Sequences: Sendable {
  private let numbers = Mutex<[Int64]>([])

  var all: [Int64] { numbers.withLock { $0 } }
  var last: Int64 { all.last ?? 0 }

  func add(_ events: [ViolationEvent]) {
    numbers.withLock { $0 += events.map(\.sequence) }
  }
}
