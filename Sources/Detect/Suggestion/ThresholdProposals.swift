/// Behaviors with a threshold that might be suggested for one metric.
///
/// A ladder is a list of thresholds of one shape, from the loosest to the tightest. The loosest leaves so few
/// values outside that it cannot raise more alarms than wished; each further one leaves twice as many outside,
/// which raises more alarms, or longer ones. The tightest that the engine still finds quiet is suggested, and
/// none beyond the first that is not: a threshold in the middle of everything raises few alarms that never end.
struct ThresholdLadder: Sendable {
  var rungs: [Behavior]

  /// The ladders of a metric: what is at most normal, raised at once or by three datapoints in a row; what is at
  /// least normal, where a small value means something; and the percentiles of a fleet.
  static func ladders(
    of metric: MetricDescription, _ sample: ValueSample, maximumAlarms: Int, settings: Settings
  ) -> [ThresholdLadder] {
    let values = sample.values(of: metric.metric)
    guard let duration = settings.durations.first else { return [] }
    func judged(wantsLess: Bool) -> [Int64] {
      JudgedValues(
        values, metric.family, bucket: settings.bucket, duration: duration, wantsLess: wantsLess
      ).rising
    }
    func criteria(_ comparison: String, _ datapoints: Int) -> BehaviorCriteria {
      BehaviorCriteria(
        comparisonOperator: comparison,
        durationSeconds: metric.family == .reportedGauge ? nil : duration / 1000,
        consecutiveDatapointsToAlarm: Int64(datapoints),
        consecutiveDatapointsToClear: Int64(datapoints))
    }
    func ladder(
      _ name: String, _ comparison: String, _ outermost: [Int64], datapoints: Int
    ) -> ThresholdLadder {
      let ranks = (0..<Self.length).map { ((maximumAlarms + 1) * datapoints << $0) - 1 }
      var thresholds = ranks.filter { $0 < (outermost.count + 1) / 2 }.map { outermost[$0] }
      if thresholds.isEmpty, let first = outermost.first { thresholds = [first] }
      return ThresholdLadder(
        rungs: thresholds.map { threshold in
          var criteria = criteria(comparison, datapoints)
          criteria.value = MetricValue(amount: threshold, metric.kind)
          return Behavior(
            name: metric.behaviorName(name), metric: metric.name, criteria: criteria)
        })
    }
    let falling = Array(judged(wantsLess: true).reversed())
    var ladders = [
      ladder("at-most", "less-than-equals", falling, datapoints: 1),
      ladder("at-most-lasting", "less-than-equals", falling, datapoints: 3),
    ]
    if !hasFew(metric) {
      ladders.append(
        ladder("at-least", "greater-than-equals", judged(wantsLess: false), datapoints: 1))
    }
    if metric.allowsStatistics, metric.family != .reportedGauge {
      var criteria = criteria("less-than-equals", 1)
      ladders.append(
        ThresholdLadder(
          rungs: ["p99.9", "p99", "p90"].filter { isTelling($0, of: sample.things.count) }.map {
            criteria.statistic = $0
            return Behavior(
              name: metric.behaviorName("of-fleet"), metric: metric.name, criteria: criteria)
          }))
    }
    return ladders
  }

  /// Doublings that are tried: the tightest leaves 128 times as many values outside as the loosest.
  private static let length = 8

  /// Metrics of trouble: of these a thing is to have few, and to have none is best.
  private static func hasFew(_ metric: MetricDescription) -> Bool {
    BehaviorWarning.trouble.contains(metric.name)
  }

  /// Whether a percentile of so many things leaves any of them beyond it.
  private static func isTelling(_ statistic: String, of things: Int) -> Bool {
    let hundredths = ["p99.9": 9990, "p99": 9900, "p90": 9000][statistic] ?? 10_000
    return nearestRank(hundredths: hundredths, of: things) < things
  }
}

extension MetricDescription {
  /// A name for a behavior of this metric, which is one whatever the metric is called.
  func behaviorName(_ ending: String) -> String {
    let name = "\(name)-\(ending)"
    return FieldCheck.isName(name) ? name : "metric-\(metric.number)-\(ending)"
  }
}
