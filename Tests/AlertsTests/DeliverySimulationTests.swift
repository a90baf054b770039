import Detect
import Glibc
import Testing

@testable import Alerts

/// Lives of delivery with crashes and faults. A seed is one life, the same on every machine.
@Suite struct DeliverySimulationTests {
  /// The seeds to try: `FIRST...LAST` or one number in DETECT_SIMULATION_SEEDS, else some.
  private func seeds() throws -> ClosedRange<UInt64> {
    guard let asked = unsafe getenv("DETECT_SIMULATION_SEEDS") else { return 1...12 }
    let text = unsafe String(cString: asked)
    let bounds = try text.split(separator: "...").map { try #require(UInt64($0)) }
    return try #require(bounds.first)...(try #require(bounds.last))
  }

  @Test func `every alert arrives, in order, whatever fails`() throws {
    for seed in try seeds() {
      var life = DeliverySimulation(seed: seed)
      #expect(life.run() == [], "seed \(seed)")
    }
  }

  @Test func `the lives tell enough: crashes, digests, repetitions and refusals occur`() throws {
    var (crashes, digests, received, dead, alerts) = (0, 0, 0, 0, 0)
    for seed in 1...6 as ClosedRange<UInt64> {
      var life = DeliverySimulation(seed: seed)
      _ = life.run()
      crashes += life.crashes
      digests += life.digests
      received += life.received.values.reduce(0) { $0 + $1.count }
      let all = try life.store.alerts()
      alerts += all.count
      dead += all.count { $0.state == .dead }
    }
    #expect(crashes == 48)
    #expect(digests > 20)
    #expect(dead > 20)
    #expect(received > alerts + 100)
  }

  @Test func `a seed is one life: it gives the same deliveries each time`() {
    for seed in 1...3 as ClosedRange<UInt64> {
      var (one, other) = (DeliverySimulation(seed: seed), DeliverySimulation(seed: seed))
      #expect(one.run() == other.run())
      #expect(one.received == other.received)
    }
  }
}
