/// Something in a behavior that is valid and yet probably not meant. Not part of the AWS API.
package struct BehaviorWarning: Hashable, Sendable {
  package var behaviorName: String
  /// What will happen, for whoever wrote the behavior.
  package var message: String

  package init(behaviorName: String, message: String) {
    self.behaviorName = behaviorName
    self.message = message
  }

  /// The warnings about a valid behavior and the rule that it means.
  static func warnings(
    of behavior: Behavior, _ rule: BehaviorRule, settings: Settings
  ) -> [BehaviorWarning] {
    var messages = windowWarnings(behavior, rule, settings)
    switch rule.criterion {
    case nil:
      messages.append("has no criteria: the metric is retained and never alarms")
    case .threshold(let comparison, let threshold):
      messages += thresholdWarnings(comparison, threshold, rule)
    case .percentile(let comparison, let hundredths):
      messages += percentileWarnings(comparison, hundredths)
    case .addresses(let set, let within):
      messages += networkWarnings(behavior, set, within: within)
    case .ports:
      messages += portWarnings(behavior)
    case .numbers, .strings:
      messages += setWarnings(behavior)
    }
    return messages.map { BehaviorWarning(behaviorName: behavior.name, message: $0) }
  }

  private static func windowWarnings(
    _ behavior: Behavior, _ rule: BehaviorRule, _ settings: Settings
  ) -> [String] {
    guard let criteria = behavior.criteria else { return [] }
    switch (rule.family, criteria.durationSeconds) {
    case (.bucketedCounter, nil):
      return [
        "durationSeconds is absent: the sum over \(settings.bucket / 1000) seconds is judged"
      ]
    case (.reportedCounter, nil):
      return ["durationSeconds is absent: each report is judged by itself"]
    case (.reportedGauge, .some):
      return ["durationSeconds has no effect on this metric: its last value counts"]
    default:
      return []
    }
  }

  // MARK: Operators

  /// Metrics of which a healthy thing has few; "greater-than" hardly ever describes what is normal.
  static let trouble: Set<String> = [
    "aws:num-authorization-failures", "aws:num-connection-attempts", "aws:num-disconnects",
  ]

  private static func thresholdWarnings(
    _ comparison: BehaviorRule.Comparison, _ threshold: Int64, _ rule: BehaviorRule
  ) -> [String] {
    // The extremes below are those of counts, and so are the metrics.
    guard let metric = rule.metric.ofAWS else { return [] }
    switch (comparison, threshold) {
    case (.greaterThanOrEqual, 0), (.lessThanOrEqual, Int64.max):
      return ["never alarms: every value satisfies the criteria"]
    case (.lessThan, 0), (.greaterThan, Int64.max):
      return ["alarms on every datapoint: no value satisfies the criteria"]
    case (.greaterThan, _) where trouble.contains(metric.name),
      (.greaterThanOrEqual, _) where trouble.contains(metric.name):
      return [
        "the operator is probably inverted: criteria say what is normal, so a thing with few "
          + "of \(metric.name) is in alarm"
      ]
    default:
      return []
    }
  }

  private static func percentileWarnings(
    _ comparison: BehaviorRule.Comparison, _ hundredths: Int
  ) -> [String] {
    switch (comparison, hundredths) {
    case (.lessThanOrEqual, 10_000), (.greaterThanOrEqual, 0):
      return ["never alarms: every value satisfies the criteria"]
    case (.lessThan, _), (.lessThanOrEqual, _):
      return fleetWarnings(shareInAlarm: 10_000 - hundredths)
    case (.greaterThan, _), (.greaterThanOrEqual, _):
      return fleetWarnings(shareInAlarm: hundredths)
    }
  }

  private static func fleetWarnings(shareInAlarm hundredths: Int) -> [String] {
    guard hundredths >= 5000 else { return [] }
    return [
      "the operator is probably inverted: criteria say what is normal, so about "
        + "\(hundredths / 100) % of the things are in alarm"
    ]
  }

  // MARK: Sets

  private static func networkWarnings(
    _ behavior: Behavior, _ set: CIDRSet, within: Bool
  ) -> [String] {
    guard case .cidrs(let texts) = behavior.criteria?.value else { return [] }
    var messages: [String] = []
    var seen: Set<CIDR> = []
    for text in texts {
      guard let network = CIDR(text) else { continue }
      if !seen.insert(network).inserted { messages.append("\(text) is in the list twice") }
      if network.masksHostBits(of: text) {
        messages.append("\(text) has bits beyond its length; they are ignored")
      }
      if network.surroundsIPv4 {
        messages.append("\(text) contains no IPv4 address, though ::ffff:0:0/96 is inside")
      }
    }
    if set.containsAllOfIPv4 {
      messages.append(
        within
          ? "never alarms for an IPv4 address: the set contains all of them"
          : "alarms on every IPv4 address: the set contains all of them")
    }
    return messages
  }

  private static func portWarnings(_ behavior: Behavior) -> [String] {
    guard case .ports(let ports) = behavior.criteria?.value else { return [] }
    var messages = repetitions(in: ports).map { "\($0) is in the list twice" }
    if ports.contains(0) { messages.append("port 0 is in the list, but no thing can report it") }
    return messages
  }

  private static func setWarnings(_ behavior: Behavior) -> [String] {
    switch behavior.criteria?.value {
    case .numbers(let numbers):
      return repetitions(in: numbers).map { "\($0) is in the list twice" }
    case .strings(let texts):
      return repetitions(in: texts).map { "\(quoted($0)) is in the list twice" }
        + texts.filter { !ReportedValue.isReportable($0) }.map {
          "\(quoted($0)) is in the list, but no thing can report it"
        }
    default: return []
    }
  }

  private static func repetitions<Element: Hashable>(in list: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return list.filter { !seen.insert($0).inserted }
  }
}

extension CIDR {
  /// Whether the text from which the network was parsed names an address inside, not the network's first.
  fileprivate func masksHostBits(of text: String) -> Bool {
    guard let end = text.firstIndex(of: "/") else { return false }
    return IPAddress(String(text[..<end])) != network
  }

  /// Whether this is an IPv6 prefix around ::ffff:0:0/96, the range of the IPv4-mapped addresses, which
  /// are judged as IPv4 addresses and so are not in it.
  fileprivate var surroundsIPv4: Bool {
    guard !network.isIPv4, length < 96, network.high == 0 else { return false }
    let mask: UInt64 = length > 64 ? UInt64.max << UInt64(128 - length) : 0
    return network.low == 0xffff_0000_0000 & mask
  }
}

extension CIDRSet {
  /// Whether every IPv4 address is in the set.
  fileprivate var containsAllOfIPv4: Bool {
    let all = IPAddress(high: 0, low: 0xffff_0000_0000)...IPAddress(high: 0, low: 0xffff_ffff_ffff)
    return ranges.contains { $0.contains(all.lowerBound) && $0.contains(all.upperBound) }
  }
}
