import Testing

@testable import Detect

/// What valid behaviors mean.
@Suite struct BehaviorRuleTests {
  private func rule(_ behavior: Behavior, _ settings: Settings = Settings()) throws -> BehaviorRule
  {
    let validation = try BehaviorValidation([behavior], of: .samples, settings: settings)
    #expect(validation.faults == [])
    return try #require(validation.rules.first)
  }

  @Test(arguments: [
    ("less-than", BehaviorRule.Comparison.lessThan), ("less-than-equals", .lessThanOrEqual),
    ("greater-than", .greaterThan), ("greater-than-equals", .greaterThanOrEqual),
  ])
  func `Operators on numbers`(_ text: String, _ comparison: BehaviorRule.Comparison) throws {
    #expect(try rule(.sample(comparison: text)).criterion == .threshold(comparison, 10))
    #expect(
      try rule(.sample(comparison: text, value: nil, duration: 300, statistic: "p90")).criterion
        == .percentile(comparison, hundredths: 9000))
  }

  @Test(arguments: [
    ("p0", 0), ("p0.1", 10), ("p0.01", 1), ("p1", 100), ("p10", 1000), ("p50", 5000),
    ("p90", 9000), ("p99", 9900), ("p99.9", 9990), ("p99.99", 9999), ("p100", 10_000),
  ])
  func `Percentiles`(_ text: String, _ hundredths: Int) throws {
    #expect(
      try rule(.sample(value: nil, duration: 300, statistic: text)).criterion
        == .percentile(.lessThan, hundredths: hundredths))
  }

  @Test func `Lists are sets`() throws {
    let cidrs = { (comparison: String, texts: [String]) in
      Behavior.sample(
        metric: "aws:source-ip-address", comparison: comparison, value: .cidrs(texts))
    }
    let ports = { (comparison: String, numbers: [Int64]) in
      Behavior.sample(
        metric: "aws:listening-tcp-ports", comparison: comparison, value: .ports(numbers))
    }
    let inside = try rule(cidrs("in-cidr-set", ["10.1.2.3/8", "192.0.2.7"]))
    #expect(inside == (try rule(cidrs("in-cidr-set", ["192.0.2.7/32", "10.0.0.0/8"]))))
    #expect(inside != (try rule(cidrs("not-in-cidr-set", ["192.0.2.7/32", "10.0.0.0/8"]))))
    #expect(inside != (try rule(cidrs("in-cidr-set", ["10.0.0.0/8"]))))

    let open = try rule(ports("in-port-set", [22, 443, 22]))
    #expect(open == (try rule(ports("in-port-set", [443, 22]))))
    #expect(open != (try rule(ports("not-in-port-set", [443, 22]))))
    #expect(open != (try rule(ports("in-port-set", [443]))))
  }

  @Test(
    arguments: [
      ("aws:num-messages-sent", nil, 300_000), ("aws:num-messages-sent", 300, 300_000),
      ("aws:num-messages-sent", 3600, 3_600_000), ("aws:message-byte-size", nil, 300_000),
      ("aws:all-bytes-in", nil, nil), ("aws:all-bytes-in", 600, 600_000),
      ("aws:num-listening-tcp-ports", nil, nil), ("aws:num-listening-tcp-ports", 900, nil),
      ("aws:disconnect-duration", 300, nil),
    ] as [(String, Int64?, Int64?)])
  func `Windows`(_ metric: String, _ seconds: Int64?, _ milliseconds: Int64?) throws {
    #expect(try rule(.sample(metric: metric, duration: seconds)).duration == milliseconds)
  }

  @Test func `Another bucket has other windows`() throws {
    var settings = Settings()
    settings.bucket = 2000
    #expect(try rule(.sample(duration: 24), settings).duration == 24_000)
    let validation = try BehaviorValidation([.sample(duration: 300)], settings: settings)
    #expect(
      validation.faults.map(\.message) == [
        "Behavior B is malformed. durationSeconds 300 should be one of "
          + "[2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]"
      ])
  }

  @Test func `Defaults are filled in`() throws {
    let plain = try rule(.sample())
    #expect(plain.datapointsToAlarm == 1)
    #expect(plain.datapointsToClear == 1)
    #expect(plain == (try rule(.sample(name: "Other", toAlarm: 1, toClear: 1))))
    #expect(plain == (try rule(.sample(duration: 300))))
    #expect(plain != (try rule(.sample(toAlarm: 2))))
    #expect(plain != (try rule(.sample(toClear: 2))))
    #expect(plain != (try rule(.sample(metric: "aws:num-messages-received"))))
  }

  @Test func `A number is a gauge, and its threshold keeps the order of numbers`() throws {
    let number = { (value: Double, duration: Int64?) in
      Behavior.sample(metric: "number", value: .number(value), duration: duration)
    }
    #expect(try rule(number(-1.5, 900)) == (try rule(number(-1.5, nil))))
    #expect(try rule(number(-0.0, nil)) == (try rule(number(0, nil))))
    #expect(try rule(number(0, nil)).criterion == .threshold(.lessThan, 0))
    #expect(
      try rule(
        .sample(metric: "number", value: nil, duration: 300, statistic: "p99")
      ).criterion == .percentile(.lessThan, hundredths: 9900))
  }

  @Test func `Lists of custom metrics are sets, too`() throws {
    let numbers = Behavior.sample(
      metric: "number-list", comparison: "in-set", value: .numbers([1, -0.0, 1.0, 0]))
    #expect(try rule(numbers).criterion == .numbers([0, 1], within: true))
    let strings = Behavior.sample(
      metric: "string-list", comparison: "not-in-set", value: .strings(["b", "a", "b"]))
    #expect(try rule(strings).criterion == .strings(["a", "b"], within: false))
    let addresses = Behavior.sample(
      metric: "ip-address-list", comparison: "in-cidr-set", value: .cidrs(["10.0.0.9/8"]))
    #expect(
      try rule(addresses).criterion
        == .addresses(CIDRSet(["10.0.0.0/8"].compactMap { CIDR($0) }), within: true))
  }

  @Test func `Without criteria the metric is retained`() throws {
    let retained = try rule(Behavior(name: "Keep", metric: "aws:all-bytes-in"))
    #expect(retained.criterion == nil)
    #expect(retained.metric == Metric.named("aws:all-bytes-in")?.metric)
  }

  @Test func `Every metric takes an operator of its kind`() throws {
    let custom = CustomMetricType.allCases.compactMap {
      MetricDefinitions.samples.named($0.rawValue)
    }
    for metric in Metric.catalogue + custom {
      let value: MetricValue =
        switch metric.kind {
        case .count: .count(1)
        case .cidrs: .cidrs(["198.51.100.0/24", "2001:db8::/32"])
        case .ports: .ports([0, 65535])
        case .number: .number(-1.5)
        case .numbers: .numbers([-1, 2.5])
        case .strings: .strings(["a b", "c"])
        }
      for comparison in metric.operators {
        let behavior = Behavior.sample(
          metric: metric.name, comparison: comparison.rawValue, value: value)
        #expect(try rule(behavior).metric == metric.metric)
      }
    }
  }

  @Test func `Violations carry the defaults, and nothing else is touched`() {
    let sent = Behavior.sample(toClear: 3)
    var expected = sent
    expected.criteria?.consecutiveDatapointsToAlarm = 1
    #expect(sent.resolved == expected)
    let bare = Behavior(name: "Keep", metric: "aws:all-bytes-in")
    #expect(bare.resolved == bare)
  }

  @Test func `The type of criteria`() {
    #expect(Behavior.sample().criteriaType == .staticThreshold)
    #expect(Behavior.sample(value: nil, statistic: "p90").criteriaType == .statistical)
    #expect(Behavior.sample(value: nil, ml: "LOW").criteriaType == .machineLearning)
    #expect(Behavior(name: "Keep", metric: "aws:all-bytes-in").criteriaType == .staticThreshold)
  }
}
