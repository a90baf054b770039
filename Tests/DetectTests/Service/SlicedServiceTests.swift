import Synchronization
import Testing

@testable import Detect

/// What the service does while a close or a change is under way, one job at a time.
@Suite struct SlicedServiceTests {
  private let store: MemoryStore
  private let clock = ManualClock(1_700_000_000_000)
  private let client = Lane()
  private let engine = Lane()
  private let writer = Lane()
  private let reader = Lane()
  private let answers = Answers()

  private func makeService(stepsPerSlice: Int) throws -> DetectService {
    try DetectService(
      store: store, settings: Settings(),
      workers: Workers(engine: engine, writer: writer, reader: reader),
      stepsPerSlice: stepsPerSlice, clock: { [clock] in clock.now }, identifiers: { "" },
      onFault: { _ in })
  }

  private func settle() {
    while let lane = [client, engine, writer, reader].first(where: { !$0.isIdle }) { lane.step() }
  }

  /// Runs one round of slices: what clients say, then the engine once, then the writer.
  private func turn() {
    while !client.isIdle { client.step() }
    engine.step()
    while !writer.isIdle { writer.step() }
    while !reader.isIdle { reader.step() }
    while !client.isIdle { client.step() }
  }

  private func spawn(_ answer: String, _ body: @escaping @Sendable () async throws -> Void) {
    Task.detached(executorPreference: client) { [answers] in
      do {
        try await body()
        answers.add(answer)
      } catch {
        answers.add("\(answer): \(error)")
      }
    }
  }

  private func ports(_ name: String, _ ports: [Int64]) -> Behavior {
    Behavior(
      name: name, metric: "aws:listening-tcp-ports",
      criteria: BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports(ports)))
  }

  private func attach(_ behaviors: [Behavior], to service: DetectService) {
    spawn("created") {
      _ = try await service.perform(
        CreateSecurityProfile(securityProfileName: "Cameras", behaviors: behaviors))
      _ = try await service.perform(
        AttachSecurityProfile(
          securityProfileName: "Cameras",
          securityProfileTargetARN: service.settings.account.arn("all/things")))
    }
    settle()
  }

  private func update(_ behaviors: [Behavior], _ service: DetectService) {
    spawn("changed") {
      _ = try await service.perform(
        UpdateSecurityProfile(securityProfileName: "Cameras", behaviors: behaviors))
    }
  }

  private func report(
    _ things: Range<Int>, id: UInt64, ports: [Int64], to service: DetectService
  ) {
    var batch = ReportBatch()
    for thing in things {
      batch.add(
        thingName: "thing-\(thing)", id: id, time: nil,
        datapoints: [SentDatapoint("aws:listening-tcp-ports", .ports(ports))])
    }
    spawn("reported") { [batch] in _ = try await service.submit(batch).outcome() }
  }

  private func list(_ service: DetectService) {
    spawn("listed") { [answers] in
      let page = try await service.listViolationEvents(
        ListViolationEvents(startTime: 0, endTime: .max, maxResults: 250))
      answers.add("\(page.items.count) events")
    }
  }

  @Test func `reports go on while a change is under way; who reads or changes waits for its end`()
    throws
  {
    let service = try makeService(stepsPerSlice: 9)
    attach([ports("Ports", [22])], to: service)
    report(0..<5, id: 1, ports: [23], to: service)
    settle()
    answers.clear()

    update([ports("Ports", [80])], service)
    turn()
    list(service)
    update([ports("Ports", [443])], service)
    report(4..<5, id: 2, ports: [81], to: service)
    while !answers.all.contains("reported") { turn() }
    #expect(answers.all == ["reported"])
    // Some of the invalidations are in the store, and the event of the report is not.
    let stored = try store.violationEvents(afterSequence: 5, limit: .max)
    #expect(!stored.isEmpty && stored.allSatisfy { $0.type == .alarmInvalidated })
    settle()
    // The list has read when the second change was in the store already, and shows nothing of it.
    #expect(answers.all == ["reported", "changed", "changed", "11 events", "listed"])
    let events = try store.violationEvents(afterSequence: 5, limit: .max)
    #expect(
      events.map(\.type)
        == Array(repeating: .alarmInvalidated, count: 5) + [.inAlarm, .alarmInvalidated])
    #expect(events.map(\.sequence) == (6...12).map { $0 })
    #expect(events.prefix(5).map(\.thing.text) == (0..<5).map { "thing-\($0)" })
  }

  @Test func `a service that starts in the midst of a change ends it`() throws {
    let first = try makeService(stepsPerSlice: 1)
    attach([ports("Ports", [22])], to: first)
    report(0..<5, id: 1, ports: [23], to: first)
    settle()
    update([ports("Ports", [80])], first)
    turn()
    turn()
    report(0..<5, id: 2, ports: [81], to: first)
    turn()
    #expect(try Recovery(from: store).engine.hasWork)

    // The first service does nothing any more; its lanes are not run.
    let second = SlicedServiceTests(store: store)
    let service = try second.makeService(stepsPerSlice: 2)
    second.list(service)
    second.settle()
    #expect(second.answers.all == ["15 events", "listed"])
    #expect(try !Recovery(from: store).engine.hasWork)
  }

  @Test func `a stop in the midst of a close ends the close`() throws {
    let service = try makeService(stepsPerSlice: 1)
    attach([ports("Ports", [22])], to: service)
    report(0..<5, id: 1, ports: [23], to: service)
    settle()
    update([ports("Ports", [80])], service)
    turn()
    answers.clear()
    update([], service)
    spawn("stopped") { await service.stop() }
    settle()
    let expected = ["changed", "changed: unavailable(\"the service is stopping\")", "stopped"]
    #expect(answers.all.sorted() == expected.sorted())
    #expect(try Recovery(from: store).snapshotPosition == Recovery(from: store).position)
    #expect(try store.violationEvents(afterSequence: 0, limit: .max).count == 10)
  }

  @Test func `a slice has its limit, and a report waits for no more than one`() throws {
    let service = try makeService(stepsPerSlice: Limits.stepsPerSlice)
    attach([ports("Ports", [22])], to: service)
    report(0..<Limits.stepsPerSlice + 1, id: 1, ports: [22], to: service)
    settle()
    answers.clear()
    update([ports("Ports", [80])], service)
    turn()
    #expect(try Recovery(from: store).engine.hasWork)
    #expect(answers.all.isEmpty)
    turn()
    turn()
    #expect(try !Recovery(from: store).engine.hasWork)
    #expect(answers.all == ["changed"])
  }

  @Test func `events that wait for their numbers are limited: past that, the change goes first`()
    throws
  {
    let service = try makeService(stepsPerSlice: 1)
    let many = (0..<100).map { ports("Ports-\($0)", [22]) }
    let things = Limits.waitingEvents / many.count
    attach(many, to: service)
    report(0..<things, id: 1, ports: [22], to: service)
    settle()
    answers.clear()
    update([ports("Other", [22])] + many.dropLast(), service)
    turn()
    // One event less than the limit: the change goes on step by step.
    report(1..<things, id: 2, ports: [23], to: service)
    turn()
    turn()
    #expect(try Recovery(from: store).engine.hasWork)
    report(0..<1, id: 2, ports: [23], to: service)
    turn()
    turn()
    #expect(try !Recovery(from: store).engine.hasWork)
  }

  private init(store: MemoryStore) {
    self.store = store
  }

  init() {
    self.init(store: MemoryStore())
  }
}

/// What clients were answered, in order.
private final class Answers: Sendable {
  private let texts = Mutex<[String]>([])

  var all: [String] { texts.withLock { $0 } }

  func add(_ text: String) {
    texts.withLock { $0.append(text) }
  }

  func clear() {
    texts.withLock { $0 = [] }
  }
}
