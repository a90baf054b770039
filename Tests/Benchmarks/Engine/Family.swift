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

  /// What a report of as many topics as there may be costs at worst: each is held against every filter of every
  /// dimension, and found to be another one only at its end.
  static func millisecondsOfTopics() -> Double {
    let stem = String(repeating: "a", count: Limits.topicBytes - 3)
    var engine = Engine()
    var behaviors: [Behavior] = []
    for number in 0..<Limits.dimensions {
      let filters = (0..<Limits.topicFiltersPerDimension.upperBound).map { "\(stem)\(100 + $0)" }
      _ = engine.apply(
        .changes(Workload.dimension("d\(number)", filters, of: engine.catalog), at: 0))
      behaviors.append(
        Behavior(
          name: "b\(number)", metric: "aws:num-messages-sent",
          metricDimension: MetricDimension(dimensionName: "d\(number)"),
          criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(5))))
    }
    _ = engine.apply(.changes(Workload.profile(behaviors, of: engine.catalog), at: 0))
    let topics = (0..<Limits.topicsPerReport).map {
      ReportedTopic(datapoint: $0, topic: "\(stem)x\(10 + $0 % 90)")
    }
    let datapoints = Workload.datapoints(topics.map { _ in ("num-messages-sent", .count(1)) })
    let samples = (1...50 as ClosedRange<UInt64>).map { id in
      let report = MetricReport(
        thing: Workload.name(of: 0), id: id, datapoints: datapoints, topics: topics)
      let before = Meter.nanoseconds
      _ = engine.apply(.reports([report], at: 1000))
      return Double(Meter.nanoseconds - before) / 1e6
    }
    return samples.median
  }
}
