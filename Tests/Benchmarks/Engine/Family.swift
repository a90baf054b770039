import Detect

/// Small measurements, each with an engine of its own.
enum Family {
  /// Nanoseconds of a report with these datapoints, judged by these behaviors, in a fleet that the caches hold.
  static func nanoseconds(behaviors: [Behavior], datapoints: [ReportedDatapoint]) -> Double {
    var engine = Engine()
    var now: Int64 = 1_700_000_000_000
    if !behaviors.isEmpty {
      _ = engine.apply(.changes(Workload.profile(behaviors, of: engine.catalog), at: now))
    }
    let names = (0..<1000).map { Workload.name(of: $0) }
    var samples: [Double] = []
    for minute in 1...150 as ClosedRange<UInt64> {
      now += 60_000
      let batch = names.map { MetricReport(thing: $0, id: minute, datapoints: datapoints) }
      let before = Meter.nanoseconds
      _ = engine.apply(.reports(batch, at: now))
      if minute > 66 { samples.append(Double(Meter.nanoseconds - before) / Double(batch.count)) }
      _ = engine.apply(.advance(to: now))
      _ = engine.takeSnapshot(at: 0)
    }
    return samples.median
  }

  /// Milliseconds of a close with five statistical behaviors, and of a new profile for all things.
  static func closeAndChange(things: Int) -> (close: Double, change: Double) {
    var engine = Engine()
    let now: Int64 = 1_700_000_100_000
    let behaviors = Workload.statisticalBehaviors
    _ = engine.apply(.changes(Workload.profile(behaviors, of: engine.catalog), at: now))
    let bodies = Workload.bodies(512)
    for thing in 0..<things {
      let report = MetricReport(
        thing: Workload.name(of: thing), id: 1, datapoints: bodies[thing % bodies.count])
      _ = engine.apply(.reports([report], at: now))
    }
    var before = Meter.nanoseconds
    _ = engine.apply(.advance(to: now + 330_000))
    let close = Double(Meter.nanoseconds - before) / 1e6
    let changes = Workload.profile(Workload.tenBehaviors, of: engine.catalog)
    before = Meter.nanoseconds
    _ = engine.apply(.changes(changes, at: now + 330_000))
    return (close, Double(Meter.nanoseconds - before) / 1e6)
  }
}
