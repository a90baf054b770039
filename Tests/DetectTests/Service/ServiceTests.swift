import Dispatch
import Synchronization
import Testing

@testable import Detect

/// A serial queue is a worker.
struct QueueWorker: Worker {
  private let queue: DispatchQueue

  init(_ name: String) {
    queue = DispatchQueue(label: name)
  }

  func enqueue(_ job: @escaping @Sendable () -> Void) {
    queue.async(execute: job)
  }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds)), execute: job)
  }
}

extension Workers {
  static func queues() -> Workers {
    Workers(
      engine: QueueWorker("engine"), writer: QueueWorker("writer"), reader: QueueWorker("reader"))
  }
}

/// A clock that stands still until it is told to go on.
final class ManualClock: Sendable {
  private let time: Mutex<Int64>

  init(_ time: Int64) {
    self.time = Mutex(time)
  }

  var now: Int64 { time.withLock { $0 } }

  func advance(by milliseconds: Int64) {
    time.withLock { $0 += milliseconds }
  }
}

/// A store that fails to commit or to write a snapshot for as long as it is told to.
final class FailingStore: Store {
  let inner = MemoryStore()
  let failsCommits = Mutex(false)
  let failsSnapshots = Mutex(false)
  let failsLoading = Mutex(false)
  /// What was written, in order.
  let writes = Mutex<[Write]>([])
  let loads = Mutex(0)

  enum Write: Equatable {
    case group
    case part(items: Int)
    case compaction
  }

  func loadSnapshot(
    _ visit: (SnapshotRecord) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    if failsLoading.withLock({ $0 }) { throw .unavailable("told to fail") }
    loads.withLock { $0 += 1 }
    return try inner.loadSnapshot(visit)
  }

  func loadJournal(
    after position: Int64,
    _ visit: (_ position: Int64, _ inputs: [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    try inner.loadJournal(after: position, visit)
  }

  func commit(_ group: JournalGroup) throws(StoreError) {
    if failsCommits.withLock({ $0 }) { throw .unavailable("told to fail") }
    try inner.commit(group)
    writes.withLock { $0.append(.group) }
  }

  func writeSnapshot(_ part: SnapshotPart) throws(StoreError) {
    if failsSnapshots.withLock({ $0 }) { throw .unavailable("told to fail") }
    try inner.writeSnapshot(part)
    writes.withLock { $0.append(.part(items: part.itemCount)) }
  }

  func compact(limit: Int) throws(StoreError) -> Bool {
    if failsSnapshots.withLock({ $0 }) { throw .unavailable("told to fail") }
    writes.withLock { $0.append(.compaction) }
    return try inner.compact(limit: limit)
  }

  func violationEvents(_ query: ViolationEventQuery) throws(StoreError) -> [ViolationEvent] {
    try inner.violationEvents(query)
  }

  func violationEvents(
    afterSequence sequence: Int64, limit: Int
  ) throws(StoreError) -> [ViolationEvent] {
    try inner.violationEvents(afterSequence: sequence, limit: limit)
  }

  func hasEvents(ofViolation violationID: String) throws(StoreError) -> Bool {
    try inner.hasEvents(ofViolation: violationID)
  }

  func explanation(
    ofViolation violationID: String
  ) throws(StoreError) -> ViolationExplanation? {
    try inner.explanation(ofViolation: violationID)
  }

  func oldestSequence() throws(StoreError) -> Int64? {
    try inner.oldestSequence()
  }

  func removedEventCount() throws(StoreError) -> Int64? {
    try inner.removedEventCount()
  }

  func metricValues(
    thing: ThingName, start: Int64, end: Int64, upTo position: Int64
  ) throws(StoreError) -> [MetricValueChunk] {
    try inner.metricValues(thing: thing, start: start, end: end, upTo: position)
  }

  func removeExpired(
    eventsBefore: Int64, valuesBefore: Int64, limit: Int
  ) throws(StoreError) -> Bool {
    try inner.removeExpired(eventsBefore: eventsBefore, valuesBefore: valuesBefore, limit: limit)
  }

  func pendingAlertTargets(
    after target: String?, limit: Int
  ) throws(StoreError) -> [String] {
    try inner.pendingAlertTargets(after: target, limit: limit)
  }

  func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) throws(StoreError) -> DueAlerts {
    try inner.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
  }

  func record(_ alerts: [Alert]) throws(StoreError) {
    try inner.record(alerts)
  }

  func alertDeliveries(_ query: AlertQuery) throws(StoreError) -> [AlertDelivery] {
    try inner.alertDeliveries(query)
  }

  func redriveAlerts(
    of target: String?, at now: Int64, limit: Int
  ) throws(StoreError) -> [String] {
    try inner.redriveAlerts(of: target, at: now, limit: limit)
  }
}

/// The service as the daemon runs it, on a store that can be made to fail.
struct ServiceTests {
  private let store = FailingStore()
  private let clock = ManualClock(1_700_000_000_000)

  private func makeService(_ settings: Settings = Settings()) throws -> DetectService {
    try DetectService(
      store: store, settings: settings, workers: .queues(), clock: { [clock] in clock.now },
      identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" }, onFault: { _ in })
  }

  private func prepare(_ service: DetectService) async throws {
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "Cameras",
        behaviors: [
          Behavior(
            name: "Ports", metric: "aws:listening-tcp-ports",
            criteria: BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports([22])))
        ]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "Cameras",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
  }

  private func batch(_ id: UInt64, ports: [Int64], thing: String = "cam") -> ReportBatch {
    var batch = ReportBatch()
    batch.add(
      thingName: thing, id: id, time: nil,
      datapoints: [SentDatapoint("aws:listening-tcp-ports", .ports(ports))])
    return batch
  }

  private func history(_ service: DetectService) async throws -> [ViolationEvent] {
    try await service.listViolationEvents(
      ListViolationEvents(startTime: 0, endTime: .max, maxResults: 250)
    ).items
  }

  @Test func `a violation and its end are read back, also by the next service on the store`()
    async throws
  {
    let service = try makeService()
    try await prepare(service)
    #expect(try await service.submit(batch(1, ports: [23])).outcome().accepted == 1)
    let active = try await service.listActiveViolations(ListActiveViolations()).items
    #expect(active.map(\.lastViolationValue) == [.ports([23])])
    clock.advance(by: 1000)
    #expect(try await service.submit(batch(2, ports: [22])).outcome().accepted == 1)
    let events = try await history(service)
    #expect(events.map(\.type) == [.alarmCleared, .inAlarm])

    await service.stop()
    await #expect(throws: DetectError.unavailable("the service is stopping")) {
      try await service.submit(batch(3, ports: [22])).outcome()
    }
    let next = try makeService()
    #expect(try await history(next) == events)
    #expect(try await next.submit(batch(2, ports: [23])).outcome().duplicates == 1)
  }

  @Test func `a batch tells which reports were not taken, by their place in the batch`()
    async throws
  {
    let service = try makeService()
    try await prepare(service)
    var mixed = ReportBatch()
    mixed.add(thingName: "", id: 1, time: nil, datapoints: [])
    mixed.add(thingName: "cam", id: 1, time: nil, datapoints: [])
    mixed.add(thingName: "cam", id: 2, time: 5, datapoints: [])
    mixed.add(thingName: "cam", id: 1, time: nil, datapoints: [])
    mixed.add(
      thingName: "cam", id: 3, time: nil, datapoints: [SentDatapoint("aws:nothing", .count(1))])
    let outcome = try await service.submit(mixed).outcome()
    #expect(outcome.accepted == 1)
    #expect(outcome.duplicates == 1)
    #expect(outcome.rejections.map(\.index) == [0, 2, 4])
    #expect(outcome.rejections.map(\.reason) == [.invalid, .timeOutOfRange, .invalid])
    #expect(outcome.rejections.map(\.field) == ["thing_name", "time", "datapoints[0].metric"])
  }

  @Test
  func `a failed commit is unavailable and leaves nothing behind; the report may be sent again`()
    async throws
  {
    let service = try makeService()
    try await prepare(service)
    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.self) {
      try await service.submit(batch(1, ports: [23])).outcome()
    }
    await #expect(throws: DetectError.self) {
      try await service.perform(CreateThing(thingName: "cam"))
    }
    #expect(try await service.listActiveViolations(ListActiveViolations()).items.isEmpty)
    store.failsCommits.withLock { $0 = false }
    #expect(try await service.submit(batch(1, ports: [23])).outcome().accepted == 1)
    #expect(try await history(service).map(\.sequence) == [1])
  }

  @Test func `a store that cannot be read after a failure is tried again at the next tick`()
    async throws
  {
    let service = try makeService()
    try await prepare(service)
    store.failsLoading.withLock { $0 = true }
    store.failsCommits.withLock { $0 = true }
    await #expect(throws: DetectError.self) {
      try await service.submit(batch(1, ports: [23])).outcome()
    }
    store.failsCommits.withLock { $0 = false }
    await #expect(throws: DetectError.self) {
      try await service.submit(batch(1, ports: [23])).outcome()
    }
    store.failsLoading.withLock { $0 = false }
    service.tick()
    #expect(try await service.submit(batch(1, ports: [23])).outcome().accepted == 1)
  }

  @Test func `a snapshot that cannot be written costs nothing that was acknowledged`() async throws
  {
    var settings = Settings()
    settings.snapshotJournalBytes = 1
    let service = try makeService(settings)
    try await prepare(service)
    store.failsSnapshots.withLock { $0 = true }
    for id in 1...20 as ClosedRange<UInt64> {
      // A batch that meets the failure may be refused; sent again, it is taken or known.
      let outcome = try? await service.submit(batch(id, ports: [23])).outcome()
      if outcome == nil {
        let again = try await service.submit(batch(id, ports: [23])).outcome()
        #expect(again.accepted + again.duplicates == 1)
      }
    }
    store.failsSnapshots.withLock { $0 = false }
    let values = try await service.listMetricValues(
      ListMetricValues(
        thingName: "cam", metricName: "aws:listening-tcp-ports", startTime: clock.now,
        endTime: clock.now + 1, maxResults: 250))
    #expect(values.items.count == 20)
    #expect(try await history(service).count == 1)
  }

  @Test func `retained values are read across snapshots, page by page, each once`() async throws {
    var settings = Settings()
    settings.snapshotJournalBytes = 100
    let service = try makeService(settings)
    try await prepare(service)
    for id in 1...50 as ClosedRange<UInt64> {
      if id % 3 == 0 { clock.advance(by: 7) }
      _ = try await service.submit(batch(id, ports: [Int64(id)])).outcome()
    }
    var read: [MetricValue] = []
    var token: String?
    repeat {
      let page = try await service.listMetricValues(
        ListMetricValues(
          thingName: "cam", metricName: "aws:listening-tcp-ports",
          startTime: 1_700_000_000_000, endTime: clock.now + 1, nextToken: token, maxResults: 4))
      read += page.items.map(\.value)
      token = page.nextToken
    } while token != nil
    #expect(read == (1...50).map { MetricValue.ports([$0]) })
  }

  @Test func `a watcher gets every event once, from memory and from the store`() async throws {
    let service = try makeService()
    try await prepare(service)
    for id in 1...40 as ClosedRange<UInt64> {
      _ = try await service.submit(batch(id, ports: [id % 2 == 0 ? 22 : 23])).outcome()
    }
    await service.stop()
    let next = try makeService()
    let newest = next.newestSequence
    #expect(newest == 40)
    var seen: [Int64] = []
    while seen.last ?? 0 < newest {
      seen += try await next.violationEvents(after: seen.last ?? 0).map(\.sequence)
    }
    #expect(seen == (1...40).map { $0 })

    async let live = next.violationEvents(after: newest)
    _ = try await next.submit(batch(41, ports: [23])).outcome()
    #expect(try await live.map(\.sequence) == [41])
    await #expect(throws: DetectError.self) { try await next.violationEvents(after: 99) }
  }

  @Test func `a watcher that is cancelled while it waits gets an empty list`() async throws {
    let service = try makeService()
    let watcher = Task { try await service.violationEvents(after: 0) }
    try await Task.sleep(for: .milliseconds(20))
    watcher.cancel()
    #expect(try await watcher.value.isEmpty)
  }

  @Test func `events that were removed are out of range, with the oldest there is`() async throws {
    let service = try makeService()
    try await prepare(service)
    for id in 1...4 as ClosedRange<UInt64> {
      _ = try await service.submit(batch(id, ports: [id % 2 == 0 ? 22 : 23])).outcome()
      clock.advance(by: 10 * 86_400_000)
    }
    await service.stop()
    let next = try makeService()
    next.tick()
    while try store.oldestSequence() != 2 { await Task.yield() }
    await #expect(
      throws: DetectError.outOfRange(
        "events before sequence number 2 are no longer kept", oldestSequence: 2)
    ) { try await next.violationEvents(after: 0) }
  }

  @Test func `a tick closes the buckets that are due`() async throws {
    let service = try makeService()
    _ = try await service.perform(
      CreateSecurityProfile(
        securityProfileName: "Chatty",
        behaviors: [
          Behavior(
            name: "Sent", metric: "aws:num-messages-sent",
            criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(10)))
        ]))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "Chatty",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
    var batch = ReportBatch()
    batch.add(
      thingName: "cam", id: 1, time: nil,
      datapoints: [SentDatapoint("aws:num-messages-sent", .count(10))])
    _ = try await service.submit(batch).outcome()
    clock.advance(by: 400_000)
    service.tick()
    #expect(try await service.violationEvents(after: 0).map(\.type) == [.inAlarm])
  }

  @Test func `settings that change between two starts hold from the second on`() async throws {
    let service = try makeService()
    try await prepare(service)
    await service.stop()
    var settings = Settings()
    settings.minimumReportInterval = 60_000
    let next = try makeService(settings)
    #expect(try await next.submit(batch(1, ports: [22])).outcome().accepted == 1)
    #expect(
      try await next.submit(batch(2, ports: [22])).outcome().rejections.map(\.reason)
        == [.throttled])
  }

  @Test func `quotas of calls are off by default and refuse with a time to retry when on`()
    async throws
  {
    let free = try makeService()
    for _ in 0..<30 { _ = try await free.listActiveViolations(ListActiveViolations()) }
    await free.stop()
    var settings = Settings()
    settings.enforcesRateQuotas = true
    let limited = try makeService(settings)
    for _ in 0..<10 { _ = try await limited.listActiveViolations(ListActiveViolations()) }
    await #expect(
      throws: DetectError.throttled(
        "over 10 calls of ListActiveViolations per second", retryAfterMilliseconds: 1000)
    ) { try await limited.listActiveViolations(ListActiveViolations()) }
    clock.advance(by: 1000)
    _ = try await limited.listActiveViolations(ListActiveViolations())
  }

  @Test func `the queue of reports is bounded: who finds it full waits, in order`() async {
    let queue = ReportQueue(limit: 100)
    await queue.enter(60)
    let entered = Mutex<[Int]>([])
    async let second: Void = {
      await queue.enter(50)
      entered.withLock { $0.append(2) }
    }()
    try? await Task.sleep(for: .milliseconds(20))
    #expect(entered.withLock { $0.isEmpty })
    queue.leave(60)
    await second
    #expect(entered.withLock { $0 } == [2])
    queue.leave(50)
    await queue.enter(Limits.queuedReportBytes)
    queue.leave(Limits.queuedReportBytes)
  }
}
