import Detect
import DeviceDocuments
import Dispatch
import Synchronization
import Testing

@testable import DeviceMQTT

/// A subscriber and the broker it talks to. Behind it is a service in memory, whose commits a test can hold back.
final class Bench {
  let broker: FakeBroker
  let subscriber: ReportSubscriber
  let commits = Gate()
  let log = SubscriberLog()

  init() throws {
    broker = try FakeBroker()
    let service = try DetectService(
      store: MemoryStore(), settings: Settings(),
      workers: Workers(engine: Gate(), writer: commits, reader: Gate()),
      clock: { 1_700_000_000_000 }, identifiers: { "" }, onFault: { Issue.record($0) })
    // A start looks for what a crash has left.
    try commits.waitForJob()
    let address = try #require(BrokerAddress("mqtt://127.0.0.1:\(broker.port)"))
    let log = log
    subscriber = try ReportSubscriber(
      BrokerConfiguration(
        address: address, topics: try #require(ReportTopics()), clientID: "detectd"),
      devices: DeviceReporting(service: service) { _, _ in },
      clock: { log.time.load(ordering: .relaxed) }
    ) { report in log.add(report) }
    subscriber.start()
  }

  /// A report of a thing: with a metric, and as many blanks around it.
  static func report(_ id: Int, blanks: Int = 0) -> [UInt8] {
    Array(#"{"hed":{"rid":\#(id),"v":"1.0"},"met":{"tp":{"t":1}}}"#.utf8)
      + [UInt8](repeating: UInt8(ascii: " "), count: blanks)
  }

  static let topic = "$aws/things/lamp/defender/metrics/json"

  /// Runs what blocks on a thread of its own. On those that tasks share it would keep the subscriber's tasks
  /// from running.
  static func run(_ body: @escaping @Sendable (Bench) throws -> Void) async throws {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "test").async {
        continuation.resume(
          with: Result {
            let bench = try Bench()
            try body(bench)
            bench.stop()
          })
      }
    }
  }

  /// Stops the subscriber, and lets what is on its way become durable.
  func stop() {
    commits.open()
    let (subscriber, stopped) = (subscriber, DispatchSemaphore(value: 0))
    Task {
      await subscriber.stop()
      stopped.signal()
    }
    stopped.wait()
  }
}

/// What a subscriber has reported, and the clock it goes by.
final class SubscriberLog: Sendable {
  let time = Atomic<Int64>(0)
  private let reports = Mutex<[ReportSubscriber.Report]>([])
  private let added = DispatchSemaphore(value: 0)

  func add(_ report: ReportSubscriber.Report) {
    reports.withLock { $0.append(report) }
    added.signal()
  }

  /// Waits for the next report that was not waited for.
  func next() throws -> ReportSubscriber.Report {
    try #require(added.wait(timeout: .now() + 60) == .success)
    return reports.withLock { $0.removeFirst() }
  }
}

/// A worker whose jobs can be held back.
final class Gate: Worker {
  private struct State {
    var isOpen = true
    var held: [@Sendable () -> Void] = []
    var jobs = 0
  }

  private let queue = DispatchQueue(label: "gate")
  private let state = Mutex(State())
  private let arrived = DispatchSemaphore(value: 0)

  /// Jobs that have come so far.
  var jobs: Int { state.withLock { $0.jobs } }

  func enqueue(_ job: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.jobs += 1
      if state.isOpen { queue.async(execute: job) } else { state.held.append(job) }
    }
    arrived.signal()
  }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds))) { self.enqueue(job) }
  }

  func close() { state.withLock { $0.isOpen = false } }

  func open() {
    state.withLock { state in
      state.isOpen = true
      for job in state.held { queue.async(execute: job) }
      state.held = []
    }
  }

  /// Waits until a job has come that was not waited for.
  func waitForJob() throws { try #require(arrived.wait(timeout: .now() + 60) == .success) }
}
