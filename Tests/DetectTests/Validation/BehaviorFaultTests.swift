import Testing

@testable import Detect

/// Every rule of evidence.md 4.3 with a behavior that breaks it, and the text that says so.
@Suite struct BehaviorFaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let behavior: Behavior
    /// The faults' texts after "Behavior B is malformed. ".
    let faults: [String]
    /// The path of the first, after "behaviors[0].".
    let field: String

    init(_ behavior: Behavior, _ faults: String..., at field: String) {
      self.behavior = behavior
      self.faults = faults
      self.field = field
    }

    var testDescription: String { faults.first ?? "" }
  }

  private static let sent = "aws:num-messages-sent"
  private static let numeric = "[less-than, less-than-equals, greater-than, greater-than-equals]"
  private static let statistics =
    "[p0, p0.1, p0.01, p1, p10, p50, p90, p99, p99.9, p99.99, p100]"

  static let metrics: [Case] = [
    Case(.sample(metric: nil), "metric is required", at: "metric"),
    Case(.sample(metric: ""), "metric is required", at: "metric"),
    Case(
      .sample(metric: "aws:num-connections"), "metric aws:num-connections does not exist",
      at: "metric"),
    Case(
      .sample(metric: "aws:destination-ip-address"),
      "metric aws:destination-ip-address does not exist", at: "metric"),
    Case(.sample(metric: "coreTemp"), "metric coreTemp does not exist", at: "metric"),
  ]

  static let operators: [Case] = [
    Case(
      .sample(comparison: "equals"),
      "comparisonOperator equals should be one of \(numeric) for metric \(sent)",
      at: "criteria.comparisonOperator"),
    Case(
      .sample(comparison: "in-cidr-set"),
      "comparisonOperator in-cidr-set should be one of \(numeric) for metric \(sent)",
      at: "criteria.comparisonOperator"),
    Case(
      .sample(metric: "aws:listening-tcp-ports", comparison: "in-set", value: .ports([22])),
      "comparisonOperator in-set should be one of [in-port-set, not-in-port-set] "
        + "for metric aws:listening-tcp-ports", at: "criteria.comparisonOperator"),
    Case(
      .sample(metric: "aws:source-ip-address", comparison: "less-than", value: .cidrs(["::/0"])),
      "comparisonOperator less-than should be one of [in-cidr-set, not-in-cidr-set] "
        + "for metric aws:source-ip-address", at: "criteria.comparisonOperator"),
    Case(
      .sample(metric: "aws:disconnect-duration", comparison: "greater-than"),
      "comparisonOperator greater-than should be one of [less-than, less-than-equals] "
        + "for metric aws:disconnect-duration", at: "criteria.comparisonOperator"),
    Case(
      .sample(comparison: nil),
      "comparisonOperator is required with a value and with a statisticalThreshold",
      at: "criteria.comparisonOperator"),
    Case(
      .sample(comparison: nil, value: nil, duration: 300, statistic: "p90"),
      "comparisonOperator is required with a value and with a statisticalThreshold",
      at: "criteria.comparisonOperator"),
  ]

  static let kinds: [Case] = [
    Case(
      .sample(value: nil),
      "criteria should have exactly one of value, statisticalThreshold and mlDetectionConfig",
      at: "criteria"),
    Case(
      .sample(duration: 300, statistic: "p90"),
      "criteria should have exactly one of value, statisticalThreshold and mlDetectionConfig",
      at: "criteria"),
    Case(
      .sample(comparison: nil, value: nil, ml: "HIGH"),
      "mlDetectionConfig is not supported: ML Detect is not offered",
      at: "criteria.mlDetectionConfig"),
    Case(
      .sample(ml: "HIGH"),
      "criteria should have exactly one of value, statisticalThreshold and mlDetectionConfig",
      "mlDetectionConfig is not supported: ML Detect is not offered", at: "criteria"),
  ]

  static let values: [Case] = [
    Case(
      .sample(value: .number(5)), "number does not fit metric \(sent), which takes count",
      at: "criteria.value.number"),
    Case(
      .sample(value: .number(.nan)), "number does not fit metric \(sent), which takes count",
      "number nan should be finite", at: "criteria.value.number"),
    Case(
      .sample(value: .numbers([1, .infinity])),
      "numbers does not fit metric \(sent), which takes count", "numbers inf should be finite",
      at: "criteria.value.numbers"),
    Case(
      .sample(value: .strings(["a"])), "strings does not fit metric \(sent), which takes count",
      at: "criteria.value.strings"),
    Case(
      .sample(value: .count(-1)), "count -1 should be in range[0,9223372036854775807]",
      at: "criteria.value.count"),
    Case(
      .sample(metric: "aws:listening-udp-ports", comparison: "in-port-set", value: .ports([])),
      "ports should not be empty", at: "criteria.value.ports"),
    Case(
      .sample(
        metric: "aws:listening-udp-ports", comparison: "in-port-set",
        value: .ports([-1, 0, 65535, 65536])), "ports -1 should be in range[0,65535]",
      "ports 65536 should be in range[0,65535]", at: "criteria.value.ports[0]"),
    Case(
      .sample(metric: "aws:source-ip-address", comparison: "in-cidr-set", value: .cidrs([])),
      "cidrs should not be empty", at: "criteria.value.cidrs"),
    Case(
      .sample(
        metric: "aws:source-ip-address", comparison: "in-cidr-set",
        value: .cidrs(["10.0.0.0/8", "10.0.0.0/33", "fe80::1%eth0", ""])),
      "cidrs 10.0.0.0/33 should be an IPv4 or IPv6 network of 2 to 43 characters",
      "cidrs fe80::1%eth0 should be an IPv4 or IPv6 network of 2 to 43 characters",
      "cidrs  should be an IPv4 or IPv6 network of 2 to 43 characters",
      at: "criteria.value.cidrs[1]"),
    Case(
      .sample(
        metric: "aws:source-ip-address", comparison: "in-cidr-set",
        value: .cidrs(["1111:2222:3333:4444:5555:6666:255.255.255.255"])),
      "cidrs 1111:2222:3333:4444:5555:6666:255.255.255.255 should be an IPv4 or IPv6 network "
        + "of 2 to 43 characters", at: "criteria.value.cidrs[0]"),
  ]

  static let statistical: [Case] = [
    Case(
      .sample(value: nil, duration: 300, statistic: "p42"),
      "statistic p42 should be one of \(statistics)",
      at: "criteria.statisticalThreshold.statistic"),
    Case(
      .sample(value: nil, duration: 300, statistic: ""),
      "statistic  should be one of \(statistics)", at: "criteria.statisticalThreshold.statistic"),
    Case(
      .sample(value: nil, statistic: "p90"),
      "durationSeconds is required with a statisticalThreshold", at: "criteria.durationSeconds"),
    Case(
      .sample(metric: "aws:disconnect-duration", value: nil, duration: 300, statistic: "p90"),
      "statisticalThreshold does not fit metric aws:disconnect-duration",
      at: "criteria.statisticalThreshold"),
    Case(
      .sample(
        metric: "aws:listening-tcp-ports", comparison: "in-port-set", value: nil, statistic: "p90"),
      "statisticalThreshold does not fit metric aws:listening-tcp-ports",
      "durationSeconds is required with a statisticalThreshold",
      at: "criteria.statisticalThreshold"),
  ]

  static let numbers: [Case] = [
    Case(
      .sample(duration: 301),
      "durationSeconds 301 should be one of [300, 600, 900, 1800, 3600]",
      at: "criteria.durationSeconds"),
    Case(
      .sample(duration: Int64.max),
      "durationSeconds 9223372036854775807 should be one of [300, 600, 900, 1800, 3600]",
      at: "criteria.durationSeconds"),
    Case(
      .sample(
        metric: "aws:listening-tcp-ports", comparison: "in-port-set", value: .ports([22]),
        duration: 300), "durationSeconds 300 does not fit metric aws:listening-tcp-ports",
      at: "criteria.durationSeconds"),
    Case(
      .sample(toAlarm: 100_000), "consecutiveDatapointsToAlarm 100000 should be in range[1,10]",
      at: "criteria.consecutiveDatapointsToAlarm"),
    Case(
      .sample(toAlarm: 0, toClear: 11), "consecutiveDatapointsToAlarm 0 should be in range[1,10]",
      "consecutiveDatapointsToClear 11 should be in range[1,10]",
      at: "criteria.consecutiveDatapointsToAlarm"),
  ]

  static let dimensions: [Case] = [
    Case(
      .sample(dimension: MetricDimension(dimensionName: "Topics")),
      "dimensionName Topics does not exist", at: "metricDimension.dimensionName"),
    Case(
      .sample(dimension: MetricDimension(dimensionName: "", dimensionValueOperator: "NEAR")),
      "dimensionName is required", "operator NEAR should be one of [IN, NOT_IN]",
      at: "metricDimension.dimensionName"),
    Case(
      .sample(
        metric: "aws:all-bytes-in",
        dimension: MetricDimension(dimensionName: "a b", dimensionValueOperator: "NOT_IN")),
      "metricDimension does not fit metric aws:all-bytes-in",
      "dimensionName should be 1 to 128 characters of [a-zA-Z0-9:_-]", at: "metricDimension"),
  ]

  static let custom: [Case] = [
    Case(
      .sample(metric: "number", comparison: "in-set", value: .number(1)),
      "comparisonOperator in-set should be one of \(numeric) for metric number",
      at: "criteria.comparisonOperator"),
    Case(
      .sample(metric: "number-list", comparison: "less-than", value: .numbers([1])),
      "comparisonOperator less-than should be one of [in-set, not-in-set] for metric number-list",
      at: "criteria.comparisonOperator"),
    Case(
      .sample(metric: "ip-address-list", comparison: "in-set", value: .cidrs(["::/0"])),
      "comparisonOperator in-set should be one of [in-cidr-set, not-in-cidr-set] "
        + "for metric ip-address-list", at: "criteria.comparisonOperator"),
    Case(
      .sample(metric: "number", value: .count(1)),
      "count does not fit metric number, which takes number", at: "criteria.value.count"),
    Case(
      .sample(metric: "string-list", comparison: "in-set", value: .numbers([1])),
      "numbers does not fit metric string-list, which takes strings",
      at: "criteria.value.numbers"),
    Case(
      .sample(metric: "number", value: .number(.infinity)), "number inf should be finite",
      at: "criteria.value.number"),
    Case(
      .sample(metric: "number-list", comparison: "in-set", value: .numbers([1, .nan])),
      "numbers nan should be finite", at: "criteria.value.numbers[1]"),
    Case(
      .sample(metric: "string-list", comparison: "in-set", value: .strings([])),
      "strings should not be empty", at: "criteria.value.strings"),
    Case(
      .sample(
        metric: "number-list", comparison: "in-set", value: nil, duration: 300, statistic: "p90"),
      "statisticalThreshold does not fit metric number-list",
      "durationSeconds 300 does not fit metric number-list", at: "criteria.statisticalThreshold"),
    Case(
      .sample(
        metric: "number", dimension: MetricDimension(dimensionName: "Topics"), value: .number(1)),
      "metricDimension does not fit metric number", "dimensionName Topics does not exist",
      at: "metricDimension"),
  ]

  @Test(
    arguments: metrics + operators + kinds + values + statistical + numbers + dimensions + custom)
  func `A fault is named in AWS's words`(_ example: Case) throws {
    let validation = try BehaviorValidation(
      [example.behavior], of: .samples, settings: Settings())
    #expect(
      validation.faults.map(\.message) == example.faults.map { "Behavior B is malformed. \($0)" })
    #expect(validation.faults.first?.field == "behaviors[0].\(example.field)")
    #expect(validation.rules.isEmpty)
  }

  @Test(arguments: [
    ("", "Behavior at index 1 is malformed. name is required"),
    (
      "a b", "Behavior a b is malformed. name should be 1 to 128 characters of [a-zA-Z0-9:_-]"
    ),
    (
      "\u{212A}",
      "Behavior \\u{212A} is malformed. name should be 1 to 128 characters of [a-zA-Z0-9:_-]"
    ),
    (
      String(repeating: "n", count: 129),
      "Behavior \(String(repeating: "n", count: 128))... is malformed. "
        + "name should be 1 to 128 characters of [a-zA-Z0-9:_-]"
    ),
    ("B", "Behavior B is malformed. name B occurs twice"),
  ])
  func `A name is a name and its own`(_ name: String, _ message: String) throws {
    let validation = try BehaviorValidation(
      [.sample(), .sample(name: name)], settings: Settings())
    #expect(
      validation.faults == [BehaviorFault(field: "behaviors[1].name", message: message)])
    #expect(validation.rules.count == 1)
  }

  @Test func `All faults of all behaviors come in the order of the list, then of the rules`() throws
  {
    let validation = try BehaviorValidation(
      [
        .sample(name: "!", metric: "nothing", toAlarm: 0), .sample(),
        .sample(name: "C", comparison: "is", value: .count(-2), duration: 1, toClear: 12),
      ], settings: Settings())
    #expect(
      validation.faults.map(\.field) == [
        "behaviors[0].name", "behaviors[0].metric",
        "behaviors[0].criteria.consecutiveDatapointsToAlarm",
        "behaviors[2].criteria.comparisonOperator", "behaviors[2].criteria.value.count",
        "behaviors[2].criteria.durationSeconds",
        "behaviors[2].criteria.consecutiveDatapointsToClear",
      ])
  }

  @Test func `An unknown metric leaves the operator to be checked against all`() throws {
    let validation = try BehaviorValidation(
      [.sample(metric: "x", comparison: "in-set")], settings: Settings())
    #expect(validation.faults.map(\.field) == ["behaviors[0].metric"])
  }

  @Test func `A hundred behaviors are a profile, one more are not`() throws {
    let hundred = (0..<100).map { Behavior.sample(name: "b\($0)") }
    #expect(try BehaviorValidation(hundred, settings: Settings()).faults.isEmpty)
    #expect(
      throws: DetectError.invalidRequest(
        "behaviors should be at most 100, not 101", field: "behaviors")
    ) {
      try BehaviorValidation(hundred + [.sample()], settings: Settings())
    }
  }

  @Test func `A thousand value elements are a profile, one more are one fault`() throws {
    let ports = Behavior.sample(
      name: "Ports", metric: "aws:listening-tcp-ports", comparison: "in-port-set",
      value: .ports(Array(1...999)))
    let bad = Behavior.sample(
      name: "Bad", metric: "aws:listening-tcp-ports", comparison: "in-port-set",
      value: .ports([-1]))
    #expect(try BehaviorValidation([ports, .sample()], settings: Settings()).faults.isEmpty)
    #expect(
      try BehaviorValidation([ports, .sample(), bad], settings: Settings()).faults == [
        BehaviorFault(
          field: "behaviors[2].criteria.value",
          message: "Behavior Bad is malformed. "
            + "value elements of the profile up to here 1001 should be in range[0,1000]")
      ])
  }

  @Test func `An error holds as many faults as a header takes`() throws {
    let behaviors = (0..<100).map { Behavior.sample(name: "b\($0)", toAlarm: 11) }
    let validation = try BehaviorValidation(behaviors, settings: Settings())
    let error = #expect(throws: DetectError.self) { try validation.checkedRules() }
    guard case .invalidRequest(let message, let field) = error else {
      Issue.record("\(String(describing: error)) is no invalidRequest")
      return
    }
    #expect(field == "behaviors[0].criteria.consecutiveDatapointsToAlarm")
    #expect(message.utf8.count <= Limits.joinedFaultsCharacters + 20)
    let parts = message.split(separator: "; ").map(String.init)
    #expect(parts.dropLast() == validation.faults.map(\.message).prefix(parts.count - 1))
    #expect(parts.last == "and \(100 - (parts.count - 1)) more")
  }
}
