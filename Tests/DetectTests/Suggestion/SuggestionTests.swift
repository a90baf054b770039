import Testing

@testable import Detect

/// What is suggested for samples of values, and whether it keeps what it promises.
@Suite struct SuggestionTests {
  static let start: Int64 = 1_700_000_100_000

  /// A query of all metrics over one day.
  static func query(
    _ maximumAlarms: Int64 = 0, custom: [CustomMetric] = []
  ) throws -> SuggestionQuery {
    var catalog = Catalog(settings: Settings())
    for metric in custom { _ = catalog.apply(.putCustomMetric(metric)) }
    return try SuggestionQuery(
      SuggestBehaviors(
        thingName: "any", startTime: start, endTime: start + 86_400_000,
        maximumAlarms: maximumAlarms), in: catalog)
  }

  /// The values of one metric of some things, one value every five minutes.
  static func sample(_ metric: String, _ values: [[MetricValue]]) throws -> ValueSample {
    let number = try #require(Metric.named(metric)).metric
    var sample = ValueSample()
    for (thing, values) in values.enumerated() {
      let isAdded = sample.add(
        ThingName("thing-\(thing)"),
        values.enumerated().map {
          RetainedValue(metric: number, time: start + Int64($0) * 300_000, value: $1)
        })
      #expect(isAdded)
    }
    sample.sort()
    return sample
  }

  private func suggest(
    _ metric: String, _ values: [[MetricValue]], maximumAlarms: Int64 = 0
  ) throws -> Suggestions {
    try Suggestions(
      Self.sample(metric, values), Self.query(maximumAlarms), thingsCovered: values.count,
      settings: Settings())
  }

  private func criteria(_ suggestions: Suggestions) -> [String] {
    suggestions.suggestions.map { suggestion in
      let criteria = suggestion.behavior.criteria
      let value = criteria?.value.map { "\($0)" } ?? criteria?.statistic ?? ""
      return [
        criteria?.comparisonOperator ?? "", value,
        criteria?.durationSeconds.map { "over \($0)" } ?? "",
        "after \(criteria?.consecutiveDatapointsToAlarm ?? 1)", "alarms \(suggestion.alarms)",
      ].filter { $0 != "" }.joined(separator: " ")
    }
  }

  @Test func `a gauge is kept between what it was, at first for no alarm at all`() throws {
    let values = (0..<40).map { MetricValue.count([5, 6, 7][$0 % 3]) }
    var spiky = values
    spiky[10] = .count(90)
    let metric = "aws:num-established-tcp-connections"
    #expect(
      criteria(try suggest(metric, [values, spiky])) == [
        "greater-than-equals count(5) after 1 alarms 0",
        "less-than-equals count(90) after 1 alarms 0",
        "less-than-equals count(7) after 3 alarms 0",
      ])
    // One alarm is allowed: the spike is one.
    #expect(
      criteria(try suggest(metric, [values, spiky], maximumAlarms: 1)) == [
        "greater-than-equals count(5) after 1 alarms 0",
        "less-than-equals count(7) after 1 alarms 1",
      ])
  }

  @Test func `counters are summed over the shortest window, and trouble has no least value`() throws
  {
    let counts = (0..<20).map { MetricValue.count(3 + $0 % 2) }
    #expect(
      criteria(try suggest("aws:num-messages-sent", [counts])) == [
        "greater-than-equals count(3) over 300 after 1 alarms 0",
        "less-than-equals count(4) over 300 after 1 alarms 0",
      ])
    #expect(
      criteria(try suggest("aws:num-authorization-failures", [counts])) == [
        "less-than-equals count(4) over 300 after 1 alarms 0"
      ])
    #expect(
      criteria(try suggest("aws:all-bytes-out", [counts])) == [
        "greater-than-equals count(3) over 300 after 1 alarms 0",
        "less-than-equals count(4) over 300 after 1 alarms 0",
      ])
  }

  @Test func `a fleet of which one stands out may be held to a percentile`() throws {
    let fleet = (0..<20).map { thing in (0..<5).map { _ in MetricValue.count(thing == 7 ? 90 : 2) }
    }
    let suggestions = try suggest("aws:num-disconnects", fleet, maximumAlarms: 1)
    #expect(criteria(suggestions).contains("less-than-equals p90 over 300 after 1 alarms 1"))
  }

  @Test func `a list is held to what was seen, but for the rarest`() throws {
    let usual = (0..<9).map { _ in MetricValue.ports([22, 443]) }
    let lists = [usual, usual + [.ports([22, 443, 8080])]]
    #expect(
      criteria(try suggest("aws:listening-tcp-ports", lists)) == [
        "in-port-set ports([22, 443, 8080]) after 1 alarms 0"
      ])
    #expect(
      criteria(try suggest("aws:listening-tcp-ports", lists, maximumAlarms: 1)) == [
        "in-port-set ports([22, 443]) after 1 alarms 1"
      ])
  }

  @Test func `addresses are held to networks`() throws {
    let addresses = (0..<100).map { MetricValue.cidrs(["10.1.2.\($0)", "2001:db8::\($0)"]) }
    #expect(
      criteria(try suggest("aws:destination-ip-addresses", [addresses])) == [
        "in-cidr-set cidrs([\"10.1.2.0/28\", \"10.1.2.16/28\", \"10.1.2.32/28\", "
          + "\"10.1.2.48/28\", \"10.1.2.64/28\", \"10.1.2.80/28\", \"10.1.2.96/28\", "
          + "\"2001:db8::/64\"]) after 1 alarms 0"
      ])
  }

  @Test func `what cannot be listed is skipped, with the reason`() throws {
    let many = [(1...101).map { MetricValue.ports([$0]) }]
    let none = [[MetricValue.ports([])]]
    let everywhere = [(0..<40).map { MetricValue.cidrs(["\($0 + 1).0.0.1"]) }]
    for (metric, values, reason) in [
      ("aws:listening-tcp-ports", many, "too many different values were seen to list them"),
      ("aws:listening-tcp-ports", none, "only empty lists were seen"),
      ("aws:source-ip-address", everywhere, "too many different values were seen to list them"),
    ] {
      let suggestions = try suggest(metric, values)
      #expect(suggestions.suggestions == [])
      #expect(suggestions.skipped == [Suggestions.Skipped(metric: metric, reason: reason)])
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `no suggestion has a fault, a warning, or more alarms than wished, whatever was measured`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let custom = Simulation.customMetrics
    var inputs = RandomInputs(seed: seed, knowing: custom)
    let query = try Self.query(Int64(seed % 4), custom: custom)
    var sample = ValueSample()
    for thing in 0..<Int.random(in: 1...15, using: &random) {
      var values: [RetainedValue] = []
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        let time = Self.start + Int64.random(in: 0..<86_400_000, using: &random)
        values += inputs.report().datapoints.map {
          RetainedValue(metric: $0.metric, time: time, value: MetricValue($0.value))
        }
      }
      let isAdded = sample.add(ThingName("thing-\(thing)"), values)
      #expect(isAdded)
    }
    sample.sort()
    let made = try Suggestions(
      sample, query, thingsCovered: sample.things.count, settings: Settings())
    #expect(made.suggestions.count > 1)
    #expect(Set(made.suggestions.map(\.behavior.name)).count == made.suggestions.count)
    let validation = try BehaviorValidation(
      made.suggestions.map(\.behavior), of: query.definitions, settings: Settings())
    #expect(validation.faults == [])
    #expect(validation.warnings == [])
    let names = Dictionary(uniqueKeysWithValues: query.metrics.map { ($0.metric, $0.name) })
    for suggestion in made.suggestions {
      #expect(suggestion.alarms <= query.maximumAlarms)
      var backtest = try Backtest(
        [("alone", [suggestion.behavior])], of: query.definitions, settings: Settings())
      try sample.forEachBatch(of: query.definitions, named: names) { batch throws(DetectError) in
        _ = try backtest.apply(batch)
      }
      #expect(backtest.finish().summary.inAlarmEvents == suggestion.alarms)
    }
  }
}
