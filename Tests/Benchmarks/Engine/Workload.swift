import Detect

/// What is judged and what is reported.
enum Workload {
  /// A name of 24 bytes.
  static func name(of thing: Int) -> ThingName {
    let digits = String(thing)
    return ThingName("sensor-eu-1-" + String(repeating: "0", count: 12 - digits.count) + digits)
  }

  /// Ten behaviors, of which two have windows.
  static let tenBehaviors = [
    behavior("in", "all-bytes-in", over: 300), behavior("out", "all-bytes-out", over: 300),
    behavior("pin", "all-packets-in"), behavior("pout", "all-packets-out"),
    behavior("tcp", "num-listening-tcp-ports"),
    behavior("conn", "num-established-tcp-connections"),
    behavior("ports", "listening-tcp-ports", "in-port-set", .ports([22, 443])),
    behavior("no-telnet", "listening-tcp-ports", "not-in-port-set", .ports([23])),
    behavior("near", "destination-ip-addresses", "in-cidr-set", .cidrs(["10.0.0.0/8"])),
    behavior(
      "not-there", "destination-ip-addresses", "not-in-cidr-set",
      .cidrs((0..<100).map { "172.16.\($0).0/24" })),
  ]

  /// Behaviors that are judged against all things.
  static let statisticalBehaviors = [
    "all-bytes-in", "all-bytes-out", "all-packets-in", "all-packets-out",
    "num-established-tcp-connections",
  ].map { metric in
    Behavior(
      name: metric, metric: "aws:\(metric)",
      criteria: BehaviorCriteria(
        comparisonOperator: "less-than-equals", durationSeconds: 300, statistic: "p99.9"))
  }

  /// What every report of `bodies` violates.
  static let violatedBehaviors = [
    behavior("web-only", "listening-tcp-ports", "in-port-set", .ports([80]))
  ]

  /// What each family costs is measured with these alone.
  static let families: [(name: String, behaviors: [Behavior], report: [(String, MetricValue)])] = [
    (
      "bucketed counter",
      ["num-messages-sent", "num-messages-received", "num-connection-attempts"]
        .map { behavior($0, $0, over: 300) },
      [
        ("num-messages-sent", .count(120)), ("num-messages-received", .count(80)),
        ("num-connection-attempts", .count(1)),
      ]
    ),
    (
      "bucketed sample", [behavior("size", "message-byte-size", over: 300)],
      [
        ("message-byte-size", .count(512)), ("message-byte-size", .count(80)),
        ("message-byte-size", .count(1024)),
      ]
    ),
    (
      "reported counter",
      ["all-bytes-in", "all-bytes-out", "all-packets-in"].map { behavior($0, $0, over: 300) },
      [
        ("all-bytes-in", .count(123_456)), ("all-bytes-out", .count(7_890)),
        ("all-packets-in", .count(123)),
      ]
    ),
    (
      "reported gauge",
      [
        "num-listening-tcp-ports", "num-listening-udp-ports", "num-established-tcp-connections",
      ].map { behavior($0, $0) },
      [
        ("num-listening-tcp-ports", .count(2)), ("num-listening-udp-ports", .count(1)),
        ("num-established-tcp-connections", .count(3)),
      ]
    ),
    (
      "list of ports",
      [
        behavior("tcp", "listening-tcp-ports", "in-port-set", .ports([22, 443])),
        behavior("udp", "listening-udp-ports", "in-port-set", .ports([53, 123])),
      ],
      [("listening-tcp-ports", .ports([22, 443])), ("listening-udp-ports", .ports([53, 123]))]
    ),
    (
      "list of addresses",
      [
        behavior("to", "destination-ip-addresses", "in-cidr-set", .cidrs(["10.0.0.0/8"])),
        behavior("from", "source-ip-address", "in-cidr-set", .cidrs(["10.0.0.0/8"])),
      ],
      [
        ("destination-ip-addresses", .cidrs(["10.0.0.1", "10.1.2.3", "10.99.0.7"])),
        ("source-ip-address", .cidrs(["10.0.0.9"])),
      ]
    ),
  ]

  private static func behavior(
    _ name: String, _ metric: String, _ comparison: String = "less-than",
    _ value: MetricValue = .count(1 << 40), over seconds: Int64? = nil
  ) -> Behavior {
    Behavior(
      name: name, metric: "aws:\(metric)",
      criteria: BehaviorCriteria(
        comparisonOperator: comparison, value: value, durationSeconds: seconds))
  }

  /// The changes that make a dimension of these filters.
  static func dimension(_ name: String, _ filters: [String], of catalog: Catalog) -> [Change] {
    let moment = Moment(now: 0, identifier: "00000000-0000-0000-0000-000000000000")
    do {
      return try CreateDimension(
        dimensionName: name, type: "TOPIC_FILTER", stringValues: filters, clientRequestToken: name
      ).decide(catalog, at: moment).changes
    } catch {
      preconditionFailure("the benchmark's dimension is refused: \(error)")
    }
  }

  /// The changes that make a profile of these behaviors and attach it to all things.
  static func profile(_ behaviors: [Behavior], of catalog: Catalog) -> [Change] {
    let name = "bench-\(catalog.profiles.count)"
    let moment = Moment(now: 0, identifier: "00000000-0000-0000-0000-000000000000")
    do {
      return try CreateSecurityProfile(securityProfileName: name, behaviors: behaviors)
        .decide(catalog, at: moment).changes + [.attach(profile: name, .allThings)]
    } catch {
      preconditionFailure("the benchmark's profile is refused: \(error)")
    }
  }

  /// The datapoints of so many reports, with random values of usual size.
  static func bodies(_ count: Int) -> [[ReportedDatapoint]] {
    (0..<count).map { _ in datapoints(randomReport) }
  }

  static var randomReport: [(String, MetricValue)] {
    [
      ("all-bytes-in", .count(.random(in: 20_000...200_000))),
      ("all-bytes-out", .count(.random(in: 2_000...20_000))),
      ("all-packets-in", .count(.random(in: 50...200))),
      ("all-packets-out", .count(.random(in: 20...80))),
      ("num-listening-tcp-ports", .count(.random(in: 1...4))),
      ("num-established-tcp-connections", .count(.random(in: 0...20))),
      ("listening-tcp-ports", .ports([22, 443])),
      (
        "destination-ip-addresses",
        .cidrs((0..<3).map { _ in "10.0.\(Int.random(in: 0...255)).\(Int.random(in: 0...255))" })
      ),
    ]
  }

  /// Checked, as by whoever receives them.
  static func datapoints(_ report: [(String, MetricValue)]) -> [ReportedDatapoint] {
    var batch = ReportBatch()
    batch.add(
      thingName: "any", id: 1, time: nil,
      datapoints: report.map { SentDatapoint("aws:\($0.0)", $0.1) })
    guard let checked = batch.reports.first else {
      preconditionFailure("the benchmark's report is refused: \(batch.rejections)")
    }
    return checked.datapoints
  }
}
