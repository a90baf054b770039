import Detect

/// The alerts of one target that are in memory, and what may be sent of them now.
///
/// An alert waits, is sent, and then has an outcome that waits to be written. Of a lane, one request is on its
/// way at a time; and while an alert is held, those after it in its lane are not in memory.
struct TargetQueue {
  /// Alerts in memory, whatever they wait for: the store lists them as pending still.
  private(set) var inMemory: Set<Int64> = []
  /// By rising sequence number.
  private var waiting: [AlertDelivery] = []
  /// Lanes of what is being sent.
  private var busyLanes: Set<Int64> = []
  /// Lanes with a failure that is not written yet.
  private var heldLanes: Set<Int64> = []
  private(set) var breaker = CircuitBreaker()
  private var limiter: RateLimiter
  private let policy: DeliveryPolicy
  private var allowsDigests: Bool
  /// Whether the store may have alerts that could be sent and are not here.
  private(set) var isBehind = true
  /// When the earliest alert that the store holds back becomes due.
  private(set) var nextDue: Int64?
  private(set) var sending = 0
  /// Why all that was read is given up, while the circuit is open: the next page may be too old as well.
  private var expiring: String?

  init(policy: DeliveryPolicy, allowsDigests: Bool, at now: Int64) {
    self.policy = policy
    self.allowsDigests = allowsDigests
    limiter = RateLimiter(rate: policy.rate, at: now)
  }

  /// Whether nothing is known of the target that the store does not know.
  func isIdle(at now: Int64) -> Bool {
    inMemory.isEmpty && !isBehind && nextDue == nil && breaker.isClosed && limiter.isFull(at: now)
  }

  /// Whether reading is useful now: there may be more to send, and room and leave to send it.
  func wantsRead(at now: Int64) -> Bool {
    let isDue = isBehind || nextDue.map { $0 <= now } ?? false
    let maySend = breaker.opening(at: now).map { $0 <= now } ?? false
    return isDue && inMemory.count <= Limits.alertsPerTarget / 2 && (maySend || expiring != nil)
  }

  /// When something can be done that cannot be done now; nil where only an event changes that.
  func wakeTime(at now: Int64) -> Int64? {
    guard let opening = breaker.opening(at: now) else { return nil }
    if !waiting.isEmpty, sending < policy.concurrency {
      return max(opening, limiter.nextToken(at: now))
    }
    if isBehind { return opening > now ? opening : nil }
    return nextDue.map { max($0, opening) }
  }

  // MARK: Events

  /// The store has new alerts.
  mutating func alertsArrived() {
    isBehind = true
  }

  /// A page will be read: what arrives from now on may not be in it.
  mutating func readStarted() {
    isBehind = false
    nextDue = nil
  }

  /// A page was read. What became of alerts meanwhile is known here and not in the page. Returns those that are
  /// given up at once.
  mutating func read(_ page: DueAlerts, at now: Int64) -> [Alert] {
    isBehind = isBehind || page.isMore
    nextDue = [nextDue, page.nextDue].compactMap { $0 }.min()
    for delivery in page.deliveries {
      let alert = delivery.alert
      guard !inMemory.contains(alert.sequence), !heldLanes.contains(alert.lane) else { continue }
      inMemory.insert(alert.sequence)
      waiting.append(delivery)
    }
    waiting.sort { $0.alert.sequence < $1.alert.sequence }
    guard let reason = expiring, !breaker.isClosed else {
      expiring = nil
      return []
    }
    return giveUpOrForget(reason, at: now)
  }

  /// The next request, nil while there is none or none is allowed.
  mutating func next(at now: Int64) -> Shipment? {
    guard sending < policy.concurrency, let opening = breaker.opening(at: now), opening <= now,
      let first = waiting.firstIndex(where: { !busyLanes.contains($0.alert.lane) }),
      limiter.take(at: now)
    else { return nil }
    let shipment = digest(from: first) ?? .alert(waiting.remove(at: first))
    for delivery in shipment.deliveries { busyLanes.insert(delivery.alert.lane) }
    breaker.sent()
    sending += 1
    return shipment
  }

  /// All that waits for the profile and behavior of an alert, where so much waits that digests are due.
  private mutating func digest(from first: Int) -> Shipment? {
    guard allowsDigests, breaker.isClosed, waiting.count >= policy.digestThreshold else {
      return nil
    }
    let event = waiting[first].event
    func belongs(_ other: AlertDelivery) -> Bool {
      other.event.securityProfileName == event.securityProfileName
        && other.event.behavior.name == event.behavior.name
        && !busyLanes.contains(other.alert.lane)
    }
    let group = waiting.filter(belongs)
    guard group.count > 1 else { return nil }
    waiting.removeAll(where: belongs)
    return .digest(group)
  }

  /// A request has ended. Returns its alerts as they are now, to be written; none where it is sent again in
  /// another form.
  mutating func finished(
    _ shipment: Shipment, _ result: SendResult, at now: Int64,
    using random: inout some RandomNumberGenerator
  ) -> [Alert] {
    sending -= 1
    for delivery in shipment.deliveries { busyLanes.remove(delivery.alert.lane) }
    switch result {
    case .delivered:
      breaker.succeeded()
      return shipment.deliveries.map { $0.alert.after(.delivered, at: now) }
    case .refused(let reason):
      breaker.succeeded()
      if case .digest(let deliveries) = shipment {
        allowsDigests = false
        waiting = (waiting + deliveries).sorted { $0.alert.sequence < $1.alert.sequence }
        return []
      }
      return shipment.deliveries.map { $0.alert.after(.dead, at: now, failure: reason) }
    case .failed(let reason, let retryAfter):
      breaker.failed(at: now, using: &random)
      var outcomes = failed(
        shipment, reason, at: now, retryAfter: retryAfter ?? 0, using: &random)
      if !breaker.isClosed { outcomes += giveUpOrForget(reason, at: now) }
      return outcomes
    }
  }

  private mutating func failed(
    _ shipment: Shipment, _ reason: String, at now: Int64, retryAfter: Int64,
    using random: inout some RandomNumberGenerator
  ) -> [Alert] {
    // The alerts of a digest keep their attempts and share the wait, so that they stay together.
    let attempts = shipment.deliveries.map(\.alert.attempts).max() ?? 0
    let wait = max(
      fullJitter(
        first: Limits.firstRetry, longest: Limits.longestRetry, attempt: Int(attempts),
        using: &random), min(retryAfter, Limits.longestRetryAfter))
    let outcomes = shipment.deliveries.map { delivery in
      delivery.alert.isExpired(at: now, policy)
        ? delivery.alert.after(.dead, at: now, failure: reason)
        : delivery.alert.after(.pending, at: now, due: now + wait, failure: reason)
    }
    hold(Set(outcomes.filter { $0.state == .pending }.map(\.lane)))
    return outcomes
  }

  /// Leaves what waits in these lanes to the store, until the alert before is sent.
  private mutating func hold(_ lanes: Set<Int64>) {
    heldLanes.formUnion(lanes)
    for delivery in waiting where lanes.contains(delivery.alert.lane) {
      inMemory.remove(delivery.alert.sequence)
    }
    waiting.removeAll { lanes.contains($0.alert.lane) }
  }

  /// The target is out of reach: what waited too long is given up with it, and the rest is left to the store.
  private mutating func giveUpOrForget(_ reason: String, at now: Int64) -> [Alert] {
    var given: [Alert] = []
    for delivery in waiting {
      if delivery.alert.isExpired(at: now, policy) {
        given.append(delivery.alert.givenUp(reason))
      } else {
        inMemory.remove(delivery.alert.sequence)
        isBehind = true
      }
    }
    // They are read the oldest first: behind the first that is not too old there is none.
    expiring = !given.isEmpty && given.count == waiting.count ? reason : nil
    waiting = []
    return given
  }

  /// Gives up all that waits: there is no way to this target.
  mutating func giveUp(_ reason: String) -> [Alert] {
    defer { waiting = [] }
    return waiting.map { $0.alert.givenUp(reason) }
  }

  /// Outcomes of this target are durable. Only now the store holds those that failed: a page that was read before,
  /// however short their wait, would have passed them over.
  mutating func recorded(_ alerts: [Alert]) {
    for alert in alerts {
      inMemory.remove(alert.sequence)
      guard alert.state == .pending else { continue }
      heldLanes.remove(alert.lane)
      nextDue = min(nextDue ?? alert.due, alert.due)
    }
  }
}

extension Alert {
  /// The alert after an attempt.
  fileprivate func after(
    _ state: AlertState, at now: Int64, due: Int64 = 0, failure: String? = nil
  ) -> Alert {
    var alert = self
    alert.state = state
    alert.attempts += 1
    alert.lastAttempt = now
    alert.due = due
    alert.failure = failure
    return alert
  }

  /// The alert when nothing more is tried.
  fileprivate func givenUp(_ reason: String) -> Alert {
    var alert = self
    alert.state = .dead
    alert.due = 0
    alert.failure = reason
    return alert
  }

  fileprivate func isExpired(at now: Int64, _ policy: DeliveryPolicy) -> Bool {
    now - since >= policy.expiry
  }
}
