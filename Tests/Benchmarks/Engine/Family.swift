import Detect

/// What a family of metrics costs, with an engine of its own.
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
      engine.takeSnapshot()
    }
    return samples.median
  }
}
