import Testing

@testable import Detect

/// What is valid and yet probably not meant.
@Suite struct BehaviorWarningTests {
  private static let inverted =
    "the operator is probably inverted: criteria say what is normal, so "
  private static let never = "never alarms: every value satisfies the criteria"
  private static let always = "alarms on every datapoint: no value satisfies the criteria"

  @Test(
    arguments: [
      (
        "aws:num-messages-sent", nil,
        "durationSeconds is absent: the sum over 300 seconds is judged"
      ),
      ("aws:all-packets-out", nil, "durationSeconds is absent: each report is judged by itself"),
      (
        "aws:num-established-tcp-connections", 900,
        "durationSeconds has no effect on this metric: its last value counts"
      ),
      ("aws:num-messages-sent", 600, nil), ("aws:all-packets-out", 600, nil),
      ("aws:num-established-tcp-connections", nil, nil), ("aws:message-byte-size", nil, nil),
      ("aws:message-byte-size", 300, nil),
    ] as [(String, Int64?, String?)])
  func `Windows`(_ metric: String, _ duration: Int64?, _ warning: String?) throws {
    #expect(
      try warnings(.sample(metric: metric, duration: duration)) == [warning].compactMap(\.self))
  }

  @Test(
    arguments: [
      (
        "aws:num-authorization-failures", "greater-than", 5,
        inverted + "a thing with few of aws:num-authorization-failures is in alarm"
      ),
      (
        "aws:num-disconnects", "greater-than-equals", 1,
        inverted + "a thing with few of aws:num-disconnects is in alarm"
      ),
      ("aws:num-authorization-failures", "less-than", 5, nil),
      ("aws:num-messages-sent", "greater-than", 5, nil),
      ("aws:num-messages-sent", "greater-than-equals", 0, never),
      ("aws:num-disconnects", "less-than-equals", Int64.max, never),
      ("aws:num-disconnects", "less-than", 0, always),
      ("aws:num-disconnects", "greater-than", Int64.max, always),
      ("aws:num-disconnects", "less-than-equals", 0, nil),
    ] as [(String, String, Int64, String?)])
  func `Thresholds`(_ metric: String, _ comparison: String, _ count: Int64, _ warning: String?)
    throws
  {
    let behavior = Behavior.sample(
      metric: metric, comparison: comparison, value: .count(count), duration: 300)
    #expect(try warnings(behavior) == [warning].compactMap(\.self))
  }

  @Test(
    arguments: [
      ("less-than-equals", "p90", nil),
      ("less-than-equals", "p50", inverted + "about 50 % of the things are in alarm"),
      ("less-than", "p10", inverted + "about 90 % of the things are in alarm"),
      ("greater-than", "p99", inverted + "about 99 % of the things are in alarm"),
      ("greater-than-equals", "p10", nil), ("less-than", "p100", nil),
      ("less-than-equals", "p100", never), ("greater-than-equals", "p0", never),
    ] as [(String, String, String?)])
  func `Percentiles`(_ comparison: String, _ statistic: String, _ warning: String?) throws {
    let behavior = Behavior.sample(
      comparison: comparison, value: nil, duration: 300, statistic: statistic)
    #expect(try warnings(behavior) == [warning].compactMap(\.self))
  }

  @Test(
    arguments: [
      ("in-cidr-set", ["10.0.0.0/8", "192.0.2.7"], []),
      ("in-cidr-set", ["10.0.0.0/8", "10.0.0.0/8"], ["10.0.0.0/8 is in the list twice"]),
      (
        "in-cidr-set", ["10.1.0.0/8"], ["10.1.0.0/8 has bits beyond its length; they are ignored"]
      ),
      (
        "in-cidr-set", ["0.0.0.0/0"],
        ["never alarms for an IPv4 address: the set contains all of them"]
      ),
      (
        "not-in-cidr-set", ["0.0.0.0/1", "128.0.0.0/1"],
        ["alarms on every IPv4 address: the set contains all of them"]
      ),
      (
        "in-cidr-set", ["::ffff:0:0/96"],
        ["never alarms for an IPv4 address: the set contains all of them"]
      ),
      (
        "not-in-cidr-set", ["::/0", "::/64", "::fffe:0:0/95"],
        ["::/0", "::/64", "::fffe:0:0/95"].map {
          "\($0) contains no IPv4 address, though ::ffff:0:0/96 is inside"
        }
      ),
      ("in-cidr-set", ["2001:db8::/32", "::/96", "1::/16"], []),
    ] as [(String, [String], [String])])
  func `Networks`(_ comparison: String, _ texts: [String], _ expected: [String]) throws {
    let behavior = Behavior.sample(
      metric: "aws:source-ip-address", comparison: comparison, value: .cidrs(texts))
    #expect(try warnings(behavior) == expected)
  }

  @Test(
    arguments: [
      ([22, 443], []), ([22, 22], ["22 is in the list twice"]),
      ([0, 65535], ["port 0 is in the list, but no thing can report it"]),
    ] as [([Int64], [String])])
  func `Ports`(_ numbers: [Int64], _ expected: [String]) throws {
    let behavior = Behavior.sample(
      metric: "aws:listening-tcp-ports", comparison: "in-port-set", value: .ports(numbers))
    #expect(try warnings(behavior) == expected)
  }

  @Test(
    arguments: [
      ("number", "less-than", .number(0), []), ("number", "greater-than-equals", .number(0), []),
      ("number-list", "in-set", .numbers([1, 2]), []),
      ("number-list", "in-set", .numbers([0, 2.5, -0.0, 2.5]), ["-0.0", "2.5"].map(twice)),
      ("string-list", "in-set", .strings(["a", "b", "a"]), [twice("a")]),
      (
        "string-list", "not-in-set", .strings(["a", "n~"]),
        ["n~ is in the list, but no thing can report it"]
      ),
    ] as [(String, String, MetricValue, [String])])
  func `Custom metrics`(
    _ metric: String, _ comparison: String, _ value: MetricValue, _ expected: [String]
  ) throws {
    let behavior = Behavior.sample(metric: metric, comparison: comparison, value: value)
    #expect(try warnings(behavior) == expected)
  }

  private static func twice(_ element: String) -> String { "\(element) is in the list twice" }

  @Test func `A behavior without criteria never alarms`() throws {
    #expect(
      try warnings(Behavior(name: "B", metric: "aws:all-bytes-in")) == [
        "has no criteria: the metric is retained and never alarms"
      ])
  }

  @Test func `A behavior with faults has no warnings`() throws {
    let validation = try BehaviorValidation([.sample(toAlarm: 0)], settings: Settings())
    #expect(validation.faults.count == 1)
    #expect(validation.warnings == [])
  }

  private func warnings(_ behavior: Behavior) throws -> [String] {
    let validation = try BehaviorValidation([behavior], of: .samples, settings: Settings())
    #expect(validation.faults == [])
    #expect(validation.warnings.allSatisfy { $0.behaviorName == "B" })
    return validation.warnings.map(\.message)
  }
}
