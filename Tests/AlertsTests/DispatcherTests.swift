import Detect
import Testing

@testable import Alerts

@Suite struct DispatcherTests {
  private static func policy(_ change: (inout DeliveryPolicy) -> Void) -> DeliveryPolicy {
    var policy = DeliveryPolicy()
    change(&policy)
    return policy
  }

  @Test func `what is delivered is recorded, with others and not at once`() throws {
    var desk = Desk()
    try desk.commit(["t", "u"])
    #expect(desk.sent == [[1], [2]])
    try desk.finish(.delivered)
    try desk.advance(by: Limits.outcomeDelay - 1)
    try desk.finish(.delivered)
    #expect(try desk.states() == [.pending, .pending])
    try desk.advance(by: 1)
    let alerts = try desk.store.alerts()
    #expect(alerts.map(\.state) == [.delivered, .delivered])
    #expect(alerts.map(\.attempts) == [1, 1])
    #expect(alerts[1].lastAttempt == desk.now - 1)
    #expect(desk.dispatcher.alertsInMemory == 0)
  }

  @Test func `many outcomes are recorded at once`() throws {
    var desk = Desk(
      policy: Self.policy {
        $0.concurrency = 1000; $0.rate = 1000
      })
    try desk.commit((0..<Limits.outcomesPerWrite).map { "t\($0)" })
    while desk.requests.count > 1 { try desk.finish(.delivered) }
    #expect(try desk.states().allSatisfy { $0 == .pending })
    try desk.finish(.delivered)
    #expect(try desk.states().allSatisfy { $0 == .delivered })
  }

  @Test func `alerts of a thing and behavior go one after another, others beside them`() throws {
    var desk = Desk()
    try desk.commit(["t", "t", "u", "t", "u"])
    #expect(desk.sent == [[1], [3]])
    try desk.finish(.delivered)
    #expect(desk.sent == [[3], [2]])
    try desk.finish(.delivered)
    #expect(desk.sent == [[2], [5]])
    try desk.finish(.delivered)
    #expect(desk.sent == [[5], [4]])
  }

  @Test func `an alert that failed holds those behind it, also in the store`() throws {
    var desk = Desk()
    try desk.commit(["t", "t", "u"])
    try desk.finish(.failed("no answer", retryAfter: nil))
    try desk.finish(.delivered)
    try desk.commit(["t", "u"])
    #expect(desk.sent == [[5]])
    try desk.finish(.delivered)
    try desk.advance(by: Limits.outcomeDelay)
    let held = try desk.store.alerts()[0]
    #expect(held.state == .pending)
    #expect(held.attempts == 1)
    #expect(held.failure == "no answer")
    #expect(held.due > desk.now - Limits.outcomeDelay)
    while desk.requests.isEmpty { try desk.advanceToNext() }
    #expect(desk.now >= held.due)
    #expect(desk.sent == [[1]])
    try desk.finish(.delivered)
    #expect(desk.sent == [[2]])
    try desk.finish(.delivered)
    #expect(desk.sent == [[4]])
  }

  @Test func `waits double, are random up to their length, and end`() {
    var random = SplitMix64(seed: 1)
    for (attempt, longest) in [(0, 1000), (1, 2000), (9, 512_000), (10, 600_000), (99, 600_000)] {
      let waits = (0..<2000).map { _ in
        fullJitter(
          first: Limits.firstRetry, longest: Limits.longestRetry, attempt: attempt,
          using: &random)
      }
      #expect(waits.allSatisfy { (1...Int64(longest)).contains($0) })
      #expect(waits.contains { $0 < longest / 20 } && waits.contains { $0 > longest / 20 * 19 })
    }
  }

  @Test func `an open circuit asks after a random wait that doubles and ends`() {
    var random = SplitMix64(seed: 1)
    var breaker = CircuitBreaker()
    for failures in 1...Limits.failuresToOpen {
      #expect(breaker.isClosed)
      breaker.failed(at: 0, using: &random)
      #expect(breaker.isClosed == (failures < Limits.failuresToOpen))
    }
    var now: Int64 = 0
    for probe in 0..<10 as Range<Int64> {
      let opening = breaker.opening(at: now) ?? .max
      #expect(opening > now)
      #expect(opening <= now + min(Limits.firstProbe << probe, Limits.longestProbe))
      now = opening
      breaker.sent()
      #expect(breaker.opening(at: now) == nil)
      breaker.failed(at: now, using: &random)
    }
    breaker.succeeded()
    #expect(breaker.opening(at: now) == now)
  }

  @Test func `an alert is tried again when its wait ends, also before its failure is recorded`()
    throws
  {
    var desk = Desk()
    for _ in 0..<100 {
      try desk.commit(["t"])
      let start = desk.now
      try desk.finish(.failed("no answer", retryAfter: nil))
      while desk.requests.isEmpty { try desk.advanceToNext() }
      #expect(desk.now - start <= Limits.firstRetry + Limits.outcomeDelay)
      try desk.finish(.delivered)
    }
  }

  @Test func `a target may ask for a longer wait, but not for any`() throws {
    for (asked, most) in [
      (300_000, 300_000), (999_999_999, Limits.longestRetryAfter),
    ] as [(Int64, Int64)] {
      var desk = Desk()
      try desk.commit(["t"])
      let start = desk.now
      try desk.finish(.failed("busy", retryAfter: asked))
      try desk.advance(by: Limits.outcomeDelay)
      #expect(try desk.store.alerts()[0].due == start + most)
    }
  }

  @Test func `what is refused is dead at once and holds nobody`() throws {
    var desk = Desk()
    try desk.commit(["t", "t"])
    try desk.finish(.refused("too long"))
    #expect(desk.sent == [[2]])
    try desk.finish(.delivered)
    try desk.advance(by: Limits.outcomeDelay)
    let alerts = try desk.store.alerts()
    #expect(alerts.map(\.state) == [.dead, .delivered])
    #expect(alerts[0].failure == "too long")
  }

  @Test func `an alert that fails for too long is dead; a redrive begins anew`() throws {
    var desk = Desk(policy: Self.policy { $0.expiry = 3_600_000 })
    let start = desk.now
    try desk.commit(["t", "t"])
    var attempts = 0
    while try desk.states()[0] == .pending {
      if desk.requests.isEmpty {
        try desk.advanceToNext()
      } else {
        attempts += 1
        try desk.finish(.failed("no answer", retryAfter: nil))
      }
    }
    #expect(desk.now >= start + 3_600_000)
    #expect(desk.now <= start + 3_600_000 + Limits.longestRetry + Limits.longestProbe)
    #expect(try desk.store.alerts()[0].attempts == attempts)
    let redriven = try desk.store.redriveAlerts(of: "a", at: desk.now, limit: 9)
    desk.dispatcher.alertsArrived(at: "a", at: desk.now)
    while try desk.states() != [.delivered, .delivered] {
      if desk.requests.isEmpty { try desk.advanceToNext() } else { try desk.finish(.delivered) }
    }
    #expect(!redriven.isEmpty)
  }

  @Test func `a target gets as many requests at once as the policy says`() throws {
    var desk = Desk(policy: Self.policy { $0.concurrency = 3 })
    try desk.commit((0..<10).map { "t\($0)" })
    try desk.commit(["t"], to: "b")
    #expect(desk.sent == [[1], [2], [3], [11]])
    try desk.finish(.delivered, at: 1)
    #expect(desk.sent == [[1], [3], [11], [4]])
  }

  @Test func `a target gets as many requests in a second as the policy says`() throws {
    var desk = Desk(
      policy: Self.policy {
        $0.concurrency = 1000; $0.rate = 50
      })
    let start = desk.now
    try desk.commit((0..<500).map { "t\($0)" })
    #expect(desk.requests.count == 50)
    var times = [Int64](repeating: start, count: 50)
    while times.count < 300 {
      let before = desk.requests.count
      try desk.advanceToNext()
      times += [Int64](repeating: desk.now, count: desk.requests.count - before)
    }
    for (index, time) in times.enumerated().dropFirst(50) {
      #expect(time >= start + Int64(index - 49) * 20)
      #expect(time <= start + Int64(index - 49) * 20 + 1)
    }
  }

  @Test func `failures in a row open the circuit; then one request at a time asks`() throws {
    var desk = Desk(policy: Self.policy { $0.concurrency = Limits.failuresToOpen })
    try desk.commit((0..<20).map { "t\($0)" })
    var failures = 0
    while !desk.requests.isEmpty {
      failures += 1
      try desk.finish(.failed("no answer", retryAfter: nil))
    }
    // Those that were on their way when the circuit opened came to their end.
    #expect(failures == 2 * Limits.failuresToOpen - 1)
    #expect(desk.dispatcher.alertsInMemory <= 2 * Limits.failuresToOpen)
    for _ in 1...10 {
      let opened = desk.now
      while desk.requests.isEmpty { try desk.advanceToNext() }
      #expect(desk.requests.count == 1)
      #expect(desk.now - opened <= Limits.longestProbe + Limits.longestRetry)
      try desk.advance(by: 500)
      #expect(desk.requests.count == 1)
      try desk.finish(.failed("no answer", retryAfter: nil))
    }
    while desk.requests.isEmpty { try desk.advanceToNext() }
    try desk.finish(.delivered)
    #expect(desk.requests.count == Limits.failuresToOpen)
  }

  @Test func `while the circuit is open, what waits too long is dead without being sent`() throws {
    var desk = Desk(
      policy: Self.policy {
        $0.expiry = 60_000; $0.concurrency = 1
      })
    try desk.commit((0..<50).map { "t\($0)" })
    while try desk.states().contains(.pending) {
      if desk.requests.isEmpty {
        try desk.advanceToNext()
      } else {
        try desk.finish(.failed("no answer", retryAfter: nil))
      }
    }
    let alerts = try desk.store.alerts()
    #expect(alerts.allSatisfy { $0.state == .dead && $0.failure == "no answer" })
    #expect(alerts.contains { $0.attempts == 0 && $0.lastAttempt == nil })
    #expect(desk.now <= 1_000_000 + 60_000 + 10 * Limits.longestProbe)
  }

  @Test
  func `a backlog that has waited too long is given up page by page, with one request in vain`()
    throws
  {
    var desk = Desk(
      policy: Self.policy {
        $0.expiry = 60_000; $0.concurrency = 1
      })
    let start = desk.now
    let old = 4 * Limits.alertsPerTarget
    try desk.commit((0..<old).map { "t\($0)" })
    try desk.advance(by: 30_000)
    try desk.commit(["young"])
    var late = 0
    while try desk.states()[old - 1] == .pending {
      if desk.requests.isEmpty {
        try desk.advanceToNext()
      } else {
        if desk.now - start >= 60_000 { late += 1 }
        try desk.finish(.failed("no answer", retryAfter: nil))
      }
    }
    #expect(late == 1)
    #expect(try desk.states().dropLast().allSatisfy { $0 == .dead })
    #expect(try desk.states().last == (desk.now - start < 90_000 ? .pending : .dead))
  }

  @Test func `a backlog becomes one digest per profile and behavior`() throws {
    var desk = Desk(
      policy: Self.policy {
        $0.digestThreshold = 10; $0.concurrency = 2
      }
    ) { _ in
      .digests
    }
    try desk.commit(["t", "u"])
    try desk.commit((0..<9).map { "v\($0)" } + ["t", "v0"])
    try desk.finish(.delivered)
    // "u" is on its way still; two of "v0" are one after the other in the digest.
    #expect(desk.sent == [[2], Array(3...13)])
    try desk.finish(.delivered, at: 1)
    try desk.finish(.delivered)
    try desk.advance(by: Limits.outcomeDelay)
    #expect(try desk.states().allSatisfy { $0 == .delivered })
  }

  @Test func `a digest that fails is tried again whole; one that is refused is sent in parts`()
    throws
  {
    var desk = Desk(
      policy: Self.policy {
        $0.digestThreshold = 2; $0.concurrency = 1
      }
    ) { _ in
      .digests
    }
    try desk.commit(["t", "u", "v"])
    #expect(desk.sent == [[1, 2, 3]])
    try desk.finish(.failed("no answer", retryAfter: nil))
    while desk.requests.isEmpty { try desk.advanceToNext() }
    #expect(desk.sent == [[1, 2, 3]])
    try desk.finish(.refused("413"))
    for sequence in 1...3 as ClosedRange<Int64> {
      #expect(desk.sent == [[sequence]])
      try desk.finish(.delivered)
    }
    try desk.commit(["t", "u", "v"])
    #expect(desk.sent == [[4]])
  }

  @Test func `alerts to a target without a way are dead, and say why`() throws {
    var desk = Desk { _ in .none("not configured") }
    try desk.commit(["t", "u"])
    try desk.advance(by: Limits.outcomeDelay)
    #expect(desk.requests.isEmpty)
    let alerts = try desk.store.alerts()
    #expect(alerts.map(\.state) == [.dead, .dead])
    #expect(alerts.map(\.failure) == ["not configured", "not configured"])
    #expect(alerts.map(\.attempts) == [0, 0])
  }

  @Test func `a storm waits in the store`() throws {
    var desk = Desk(
      policy: Self.policy {
        $0.concurrency = 4; $0.rate = 100_000
      })
    for target in 0..<Limits.targetsInMemory + 8 {
      try desk.commit((0..<60).map { "t\($0)" }, to: "target \(target)")
    }
    try desk.commit((0..<3 * Limits.alertsPerTarget).map { "t\($0)" }, to: "large")
    var (most, delivered) = (0, 0)
    while try desk.store.pendingAlertTargets(after: nil, limit: 1) != [] {
      most = max(most, desk.dispatcher.alertsInMemory)
      if desk.requests.isEmpty {
        try desk.advanceToNext()
      } else {
        delivered += 1
        try desk.finish(.delivered)
      }
    }
    #expect(delivered == 60 * (Limits.targetsInMemory + 8) + 3 * Limits.alertsPerTarget)
    #expect(most <= 60 * Limits.targetsInMemory + 3 * Limits.alertsPerTarget / 2)
  }

  @Test func `what was pending at the start, or not announced, is found`() throws {
    var desk = Desk()
    try desk.store.commit([.sample(1)], to: "a", at: 0)
    try desk.work()
    #expect(desk.sent == [[1]])
    try desk.finish(.delivered)
    try desk.store.commit([.sample(2)], to: "b", at: 0)
    let start = desk.now
    while desk.requests.isEmpty { try desk.advanceToNext() }
    #expect(desk.sent == [[2]])
    #expect(desk.now <= start + Limits.search)
  }

  @Test func `a store that fails is asked again, and nothing is forgotten`() throws {
    var desk = Desk()
    try desk.work()
    desk.storeFails = true
    try desk.commit(["t", "u"])
    #expect(desk.requests.isEmpty)
    desk.storeFails = false
    try desk.advance(by: Limits.storeRetry - 1)
    #expect(desk.requests.isEmpty)
    try desk.advanceToNext()
    #expect(desk.sent == [[1], [2]])
    try desk.finish(.delivered)
    desk.storeFails = true
    try desk.advance(by: Limits.outcomeDelay)
    try desk.finish(.delivered)
    desk.storeFails = false
    try desk.advance(by: Limits.storeRetry)
    #expect(try desk.states() == [.delivered, .delivered])
    #expect(desk.requests.isEmpty)
  }

  @Test func `after a stop nothing is sent, and what was on its way is recorded`() throws {
    var desk = Desk(policy: Self.policy { $0.concurrency = 2 })
    try desk.commit(["t", "u", "v"])
    desk.dispatcher.stop()
    try desk.finish(.delivered)
    #expect(!desk.dispatcher.isStopped)
    try desk.finish(.failed("no answer", retryAfter: nil))
    #expect(desk.dispatcher.isStopped)
    #expect(try desk.states() == [.delivered, .pending, .pending])
    #expect(try desk.store.alerts()[1].attempts == 1)
    try desk.advance(by: Limits.search)
    #expect(desk.requests.isEmpty)
  }
}
