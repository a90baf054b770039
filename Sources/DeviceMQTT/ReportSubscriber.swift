internal import Detect
package import DeviceDocuments
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Takes devices' reports from a broker, and answers them there.
///
///     poll ──► read until nothing comes, or the group is full ──► commit ──► answers and PUBACKs ──► write
///      ▲                                                                                             │
///      └─────────────────────────────────────────────────────────────────────────────────────────────┘
///
/// It has a thread of its own and does one thing at a time: while a group is on its way to the disk nothing is
/// written, so that nothing is acknowledged, and what comes meanwhile is the next group. If it cannot be
/// made durable the connection is dropped, and the broker sends it again. Reports come at least once; a
/// repeated one is known by its id.
package final class ReportSubscriber: Sendable {
  /// What the operator should know.
  package enum Report: Sendable {
    case connected
    /// There is no connection; another try follows after so many milliseconds.
    case disconnected(BrokerFault, retryAfter: Int64)
    /// A message whose topic names no format of a report; it was passed over.
    case ignored(topic: String)
  }

  private struct State {
    var isStopping = false
    /// Whether a report may be on its way, so that a stop has to wait.
    var isServing = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let configuration: BrokerConfiguration
  private let devices: DeviceReporting
  private let clock: @Sendable () -> Int64
  private let report: @Sendable (Report) -> Void
  private let state = Mutex(State())
  private let alarm: Wakeup
  private let commits = TaskQueue("mqtt-commits")

  /// A subscriber that waits for `start`.
  ///
  /// - Parameters:
  ///   - clock: milliseconds of a clock that is never set.
  ///   - report: for the log.
  /// - Throws: a fault if the files of certificates cannot be read.
  package init(
    _ configuration: BrokerConfiguration, devices: DeviceReporting,
    clock: @escaping @Sendable () -> Int64, report: @escaping @Sendable (Report) -> Void
  ) throws(BrokerFault) {
    _ = try MosquittoClient(configuration)
    alarm = try Wakeup()
    self.configuration = configuration
    self.devices = devices
    self.clock = clock
    self.report = report
  }

  /// Connects, and again whenever the connection is lost, until it is stopped.
  package func start() {
    DispatchQueue(label: "mqtt").async { self.run() }
  }

  /// Ends the connection once what was read is durable and acknowledged. The session stays with the broker.
  package func stop() async {
    alarm.ring()
    await withCheckedContinuation { continuation in
      let isServing = state.withLock { state in
        state.isStopping = true
        if state.isServing { state.waiting = continuation }
        return state.isServing
      }
      if !isServing { continuation.resume() }
    }
  }

  private var isStopping: Bool { state.withLock { $0.isStopping } }

  // MARK: Connections

  private func run() {
    var backoff = Limits.backoff.lowerBound
    while !isStopping {
      let start = clock()
      do throws(BrokerFault) {
        let client = try MosquittoClient(configuration)
        try client.connect()
        guard begin() else { return }
        defer { end() }
        try serve(client)
      } catch {
        guard !isStopping else { return }
        // Not at once: two clients of one name throw each other out as soon as they are connected.
        if clock() - start >= Limits.backoff.upperBound { backoff = Limits.backoff.lowerBound }
        report(.disconnected(error, retryAfter: backoff))
        alarm.wait(milliseconds: backoff)
        backoff = min(2 * backoff, Limits.backoff.upperBound)
      }
    }
  }

  /// Whether the connection is still wanted.
  private func begin() -> Bool {
    state.withLock { state in
      state.isServing = !state.isStopping
      return state.isServing
    }
  }

  private func end() {
    let waiting = state.withLock { state in
      state.isServing = false
      return state.waiting.take()
    }
    waiting?.resume()
  }

  /// Serves one connection until a stop is asked for; throws when it is lost.
  private func serve(_ client: MosquittoClient) throws(BrokerFault) {
    let deadline = clock() + Limits.handshake
    var wasSubscribed = false
    while !isStopping {
      // While answers wait nothing is read: a broker that takes none is sent none.
      alarm.wait(for: client.socket, writing: client.wantsToWrite, milliseconds: 1000)
      if client.wantsToWrite { try client.write() } else { try takeGroup(from: client) }
      try client.keepAlive()
      switch client.isSubscribed {
      case nil:
        guard clock() < deadline else { throw BrokerFault("the broker does not answer") }
      case false?:
        throw BrokerFault("the broker refuses the subscription to reports with QoS 1")
      case true? where !wasSubscribed:
        wasSubscribed = true
        report(.connected)
      case true?: break
      }
    }
    try client.disconnect()
    try client.write()
  }

  // MARK: Reports

  private func takeGroup(from client: MosquittoClient) throws(BrokerFault) {
    try client.read()
    while client.messageCount < Limits.messagesPerGroup, client.unreadBytes < Limits.bytesPerGroup,
      client.socket >= 0, alarm.isReadable(client.socket)
    {
      try client.read()
    }
    let messages = client.takeMessages()
    guard !messages.isEmpty else { return }
    let reports = messages.compactMap { message -> (topic: String, document: SentDocument)? in
      guard let (thing, format) = configuration.topics.parse(message.topic) else {
        report(.ignored(topic: message.topic))
        return nil
      }
      return (message.topic, SentDocument(of: thing, as: format, message.payload))
    }
    let answers = try put(reports.map(\.document))
    for (report, answer) in zip(reports, answers) {
      client.publish(
        answer.document(as: report.document.format),
        to: configuration.topics.answer(answer.verdict, to: report.topic))
    }
    try client.write()
  }

  /// Waits on this thread, which has nothing else to do, until the documents are durable.
  private func put(_ documents: [SentDocument]) throws(BrokerFault) -> [DeviceReportAnswer] {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<[DeviceReportAnswer], DetectError>?>(nil)
    Task(executorPreference: commits) { [devices] in
      do throws(DetectError) {
        let answers = try await devices.put(documents)
        result.withLock { $0 = .success(answers) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      done.signal()
    }
    done.wait()
    switch result.withLock({ $0 }) {
    case .success(let answers): return answers
    case .failure(let error): throw BrokerFault("reports were not taken: \(error)")
    case nil: preconditionFailure("the task has signalled before it was done")
    }
  }
}
