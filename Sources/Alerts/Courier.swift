package import Detect

/// Where the alerts to deliver come from.
package protocol AlertSource: Sendable {
  /// Waits until there are new alerts and returns their targets; none where the task is cancelled.
  func newTargets() async -> Set<String>
  /// Some targets with pending alerts, after the given one; none after the last.
  func pendingTargets(after target: String?) async throws(StoreError) -> [String]
  /// See `AlertStore.dueAlerts`.
  func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) async throws(StoreError) -> DueAlerts
  /// See `AlertStore.record`.
  func record(_ alerts: [Alert]) async throws(StoreError)
}

extension AlertQueue: AlertSource {}

/// Sends one kind of requests.
package protocol AlertTransport: Sendable {
  /// Whether a request may carry many alerts.
  var allowsDigests: Bool { get }

  /// Sends, and says what became of it. Returns within `Limits.requestTimeout`.
  func send(_ shipment: Shipment, to target: String) async -> SendResult
}

/// Why a target cannot be reached.
package struct NoRoute: Error, Hashable, Sendable {
  /// For people.
  package var reason: String

  package init(_ reason: String) {
    self.reason = reason
  }
}

/// Delivers alerts: does what the dispatcher says, and tells it what happened.
///
/// Delivery never touches the path of a report: it reads beside it, and writes between commits.
package final class Courier: Sendable {
  /// What the operator should know.
  package enum Report: Hashable, Sendable {
    /// A target does not take what it is sent, and why.
    case troubled(target: String, String)
    /// It takes alerts again.
    case recovered(target: String)
    /// Alerts were given up.
    case dead(target: String, count: Int, String)
  }

  private enum Event: Sendable {
    case arrived([String])
    case searched
    case read(DueAlerts, of: String)
    case recorded([Alert])
    case storeFailed
    case finished(Int, SendResult, of: String)
    case woken(at: Int64)
    case stop
    case stopIsDue
  }

  private let source: any AlertSource
  private let policy: DeliveryPolicy
  private let routes: @Sendable (String) -> Result<any AlertTransport, NoRoute>
  private let clock: @Sendable () -> Int64
  private let report: @Sendable (Report) -> Void
  private let events: AsyncStream<Event>
  private let inlet: AsyncStream<Event>.Continuation

  /// - Parameters:
  ///   - routes: how a target can be reached, or why it cannot.
  ///   - clock: milliseconds since the epoch, without the jumps of the wall clock.
  ///   - report: told what the operator should know.
  package init(
    source: any AlertSource, policy: DeliveryPolicy,
    routes: @escaping @Sendable (String) -> Result<any AlertTransport, NoRoute>,
    clock: @escaping @Sendable () -> Int64, report: @escaping @Sendable (Report) -> Void
  ) {
    self.source = source
    self.policy = policy
    self.routes = routes
    self.clock = clock
    self.report = report
    (events, inlet) = AsyncStream.makeStream()
  }

  /// Delivers until `stop` is called, and returns when what was on its way then is recorded. To be called once.
  package func run() async {
    var dispatcher = Dispatcher(policy: policy) { [routes] target in
      switch routes(target) {
      case .success(let transport): transport.allowsDigests ? .digests : .each
      case .failure(let missing): .none(missing.reason)
      }
    }
    var random = SystemRandomNumberGenerator()
    var troubled: Set<String> = []
    await withDiscardingTaskGroup { tasks in
      tasks.addTask { await self.listen() }
      var wakeTime = Int64.max
      inlet.yield(.woken(at: .max))
      for await event in events {
        let now = clock()
        tell(event, to: &dispatcher, at: now, using: &random, &troubled)
        if case .woken(let time) = event, time == wakeTime { wakeTime = .max }
        for action in dispatcher.next(at: now) {
          tasks.addTask { await self.perform(action, at: now) }
        }
        if let next = dispatcher.wakeTime(at: now), next < wakeTime {
          wakeTime = next
          tasks.addTask { await self.wait(next - now, then: .woken(at: next)) }
        }
        if case .stop = event { tasks.addTask { await self.wait(Limits.stop, then: .stopIsDue) } }
        if case .stopIsDue = event { break }
        if dispatcher.isStopped { break }
      }
      tasks.cancelAll()
    }
  }

  /// Lets `run` come to its end.
  package func stop() {
    inlet.yield(.stop)
  }

  private func listen() async {
    while !Task.isCancelled { inlet.yield(.arrived(Array(await source.newTargets()))) }
  }

  private func wait(_ milliseconds: Int64, then event: Event) async {
    try? await Task.sleep(for: .milliseconds(milliseconds))
    inlet.yield(event)
  }

  private func perform(_ action: Dispatcher.Action, at now: Int64) async {
    do throws(StoreError) {
      switch action {
      case .send(let request, let shipment, let target):
        inlet.yield(.finished(request, await send(shipment, to: target), of: target))
      case .read(let target, let limit, let bytes):
        let page = try await source.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
        inlet.yield(.read(page, of: target))
      case .record(let alerts):
        try await source.record(alerts)
        inlet.yield(.recorded(alerts))
      case .search:
        var last: String?
        while true {
          let targets = try await source.pendingTargets(after: last)
          guard let target = targets.last else { break }
          inlet.yield(.arrived(targets))
          last = target
        }
        inlet.yield(.searched)
      }
    } catch {
      inlet.yield(.storeFailed)
    }
  }

  private func send(_ shipment: Shipment, to target: String) async -> SendResult {
    switch routes(target) {
    case .success(let transport): await transport.send(shipment, to: target)
    case .failure(let missing): .refused(missing.reason)
    }
  }

  private func tell(
    _ event: Event, to dispatcher: inout Dispatcher, at now: Int64,
    using random: inout SystemRandomNumberGenerator, _ troubled: inout Set<String>
  ) {
    switch event {
    case .arrived(let targets):
      for target in targets { dispatcher.alertsArrived(at: target, at: now) }
    case .searched: dispatcher.searched(at: now)
    case .read(let page, let target): dispatcher.read(page, of: target, at: now)
    case .recorded(let alerts):
      dispatcher.recorded()
      reportDead(alerts)
    case .storeFailed: dispatcher.storeFailed(at: now)
    case .finished(let request, let result, let target):
      reportTrouble(result, of: target, &troubled)
      dispatcher.finished(request, result, at: now, using: &random)
    case .stop: dispatcher.stop()
    case .woken, .stopIsDue: break
    }
  }

  /// Says once that a target is in trouble, and once that it is not any more.
  private func reportTrouble(
    _ result: SendResult, of target: String, _ troubled: inout Set<String>
  ) {
    switch result {
    case .delivered: if troubled.remove(target) != nil { report(.recovered(target: target)) }
    case .refused(let reason), .failed(let reason, _):
      if troubled.insert(target).inserted { report(.troubled(target: target, reason)) }
    }
  }

  private func reportDead(_ alerts: [Alert]) {
    let dead = Dictionary(grouping: alerts.filter { $0.state == .dead }, by: \.target)
    for (target, alerts) in dead.sorted(by: { $0.key < $1.key }) {
      report(.dead(target: target, count: alerts.count, alerts.last?.failure ?? ""))
    }
  }
}
