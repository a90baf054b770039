import Glibc
import Testing

@testable import Detect

/// Lives with faults, each compared with one faultless run. A seed is one life, the same on every machine.
@Suite struct SimulationTests {
  /// The seeds to try: `FIRST...LAST` or one number in DETECT_SIMULATION_SEEDS, else the budget.
  private static let asked = unsafe getenv("DETECT_SIMULATION_SEEDS").map {
    unsafe String(cString: $0)
  }

  private func seeds() throws -> ClosedRange<UInt64> {
    guard let asked = Self.asked else { return Budgets.simulationSeeds }
    let bounds = try asked.split(separator: "...").map { try #require(UInt64($0)) }
    let (first, last) = (try #require(bounds.first), try #require(bounds.last))
    try #require(first <= last && bounds.count <= 2)
    return first...last
  }

  @Test func `nothing acknowledged is lost, no event is lost or doubled, whatever fails`() throws {
    for seed in try seeds() {
      // A life that ends the process, by a failed assertion, leaves its seed behind.
      if Self.asked != nil { Self.show("\rseed \(seed)") }
      let violations = Simulation(seed: seed).run()
      #expect(violations == [], "seed \(seed)")
    }
  }

  private static func show(_ text: String) {
    _ = unsafe text.withCString { unsafe write(STDERR_FILENO, $0, strlen($0)) }
  }

  @Test func `the lives tell enough: every fault, crash and retry occurs`() {
    var happened: [Fault: Int] = [:]
    var (crashes, stops, lost, duplicates, listed) = (0, 0, 0, 0, 0)
    var (verified, explained) = (0, 0)
    var events: [ViolationEventType: Int] = [:]
    for seed in 1...80 as ClosedRange<UInt64> {
      let life = Simulation(seed: seed)
      _ = life.run()
      happened.merge(life.disk.happened) { $0 + $1 }
      crashes += life.crashes
      stops += life.stoppedStores.count
      lost += life.answersLost
      duplicates += life.record.duplicates
      listed += life.record.listed.count
      verified += life.record.verifications.count
      explained += life.record.explained.count
      for event in life.record.seen[0] ?? [] { events[event.type, default: 0] += 1 }
    }
    for fault in Fault.allCases { #expect(happened[fault, default: 0] > 3, "\(fault)") }
    for type in ViolationEventType.allCases { #expect(events[type, default: 0] > 100) }
    #expect(crashes > 100)
    #expect(stops > 10)
    #expect(lost > 50)
    #expect(duplicates > 100)
    #expect(listed > 100)
    #expect(verified > 100)
    #expect(explained > 100)
  }

  @Test func `a seed is one life: it gives the same history each time`() {
    for seed in 1...5 as ClosedRange<UInt64> {
      let (one, other) = (Simulation(seed: seed), Simulation(seed: seed))
      #expect(one.run() == other.run())
      #expect(one.disk.groups == other.disk.groups)
      #expect(one.record.seen == other.record.seen)
    }
  }
}
