import Detect
import Dispatch
import Glibc
import StoreSQLite

/// A serial queue is a worker.
private struct QueueWorker: Worker {
  let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: @escaping @Sendable () -> Void) { queue.async(execute: job) }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds)), execute: job)
  }
}

/// A service with a store on disk, and those who report to it.
struct Load {
  static let batchSize = 100
  static let batchesAtOnce = 8

  let service: DetectService
  private let things: Int

  /// How long batches waited.
  struct Waits {
    var seconds = 0.0
    var milliseconds: [Double] = []
    /// When batches were acknowledged.
    var acknowledged: [ContinuousClock.Instant] = []

    /// The longest time in which none was, though some waited at any time.
    var longestPause: Double {
      let times = acknowledged.sorted()
      return zip(times, times.dropFirst()).map { ($1 - $0).seconds * 1000 }.max() ?? 0
    }

    fileprivate mutating func add(_ batch: (wait: Double, acknowledged: ContinuousClock.Instant)) {
      milliseconds.append(batch.wait)
      acknowledged.append(batch.acknowledged)
    }

    var summary: String {
      let sorted = milliseconds.sorted()
      func rank(_ share: Double) -> String {
        sorted.isEmpty ? "–" : text(sorted[Int(share * Double(sorted.count - 1))], digits: 1)
      }
      return "p50 \(rank(0.5))  p99 \(rank(0.99))  p99.9 \(rank(0.999))  most \(rank(1))"
    }
  }

  init(on store: any Store, _ settings: Settings, things: Int) throws {
    self.things = things
    service = try Self.service(on: store, settings)
  }

  static func service(
    on store: any Store, _ settings: Settings
  ) throws(StoreError) -> DetectService {
    try DetectService(
      store: store, settings: settings,
      workers: Workers(
        engine: QueueWorker("engine"), writer: QueueWorker("writer"),
        reader: QueueWorker("reader")),
      clock: {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
      }, identifiers: { "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1" },
      onFault: { print("the store failed: \($0)") })
  }

  /// Ten behaviors of one metric, which nothing violates. With more metrics there would be more values to retain,
  /// for which snapshots come before the journal is as long as it may be.
  func createProfile() async throws {
    let behaviors = (0..<10).map { number in
      Behavior(
        name: "ports-\(number)", metric: "aws:listening-tcp-ports",
        criteria: BehaviorCriteria(
          comparisonOperator: "in-port-set", value: .ports([22, 443, Int64(8000 + number)])))
    }
    _ = try await service.perform(
      CreateSecurityProfile(securityProfileName: "Sensors", behaviors: behaviors))
    _ = try await service.perform(
      AttachSecurityProfile(
        securityProfileName: "Sensors",
        securityProfileTargetARN: service.settings.account.arn("all/things")))
  }

  /// Sends so many reports, of things in no order, and waits until all are acknowledged.
  @discardableResult
  func submit(reports: Int) async throws -> Waits {
    let began = ContinuousClock.now
    var waits = Waits()
    let batches = reports / Self.batchSize
    let first = Self.identifier()
    try await withThrowingTaskGroup(of: (wait: Double, acknowledged: ContinuousClock.Instant).self)
    {
      tasks in
      for batch in 0..<batches {
        if batch >= Self.batchesAtOnce, let batch = try await tasks.next() { waits.add(batch) }
        tasks.addTask { try await submit(batch: batch, firstID: first) }
      }
      for try await batch in tasks { waits.add(batch) }
    }
    waits.seconds = (ContinuousClock.now - began).seconds
    return waits
  }

  /// Rising from call to call, also in another process.
  private static func identifier() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
  }

  /// Milliseconds from the submission of a batch to its acknowledgement, and when that was.
  private func submit(
    batch number: Int, firstID: UInt64
  ) async throws -> (wait: Double, acknowledged: ContinuousClock.Instant) {
    var batch = ReportBatch(of: service.metrics)
    for index in 0..<Self.batchSize {
      let report = number * Self.batchSize + index
      batch.add(
        thingName: "sensor-eu-1-\(10_000_000 + report &* 7919 % things)",
        id: firstID + UInt64(report), time: nil,
        datapoints: [
          SentDatapoint("aws:all-bytes-in", .count(123_456)),
          SentDatapoint("aws:all-bytes-out", .count(123_456)),
          SentDatapoint("aws:all-packets-in", .count(789)),
          SentDatapoint("aws:all-packets-out", .count(789)),
          SentDatapoint("aws:num-listening-tcp-ports", .count(2)),
          SentDatapoint("aws:num-established-tcp-connections", .count(3)),
          SentDatapoint("aws:listening-tcp-ports", .ports([22, 443])),
          SentDatapoint(
            "aws:destination-ip-addresses", .cidrs(["10.0.0.1", "10.1.2.3", "10.99.0.7"])),
        ])
    }
    let began = ContinuousClock.now
    let outcome = try await service.submit(batch).outcome()
    precondition(outcome.accepted == Self.batchSize, "not every report was taken: \(outcome)")
    let acknowledged = ContinuousClock.now
    return ((acknowledged - began).seconds * 1000, acknowledged)
  }
}
