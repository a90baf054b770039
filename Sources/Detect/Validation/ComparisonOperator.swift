/// The API's comparison operators, by their texts.
package enum ComparisonOperator: String, Sendable, CaseIterable {
  case lessThan = "less-than"
  case lessThanEquals = "less-than-equals"
  case greaterThan = "greater-than"
  case greaterThanEquals = "greater-than-equals"
  case inCIDRSet = "in-cidr-set"
  case notInCIDRSet = "not-in-cidr-set"
  case inPortSet = "in-port-set"
  case notInPortSet = "not-in-port-set"
  case inSet = "in-set"
  case notInSet = "not-in-set"

  /// How numbers are compared; nil for an operator on sets.
  var comparison: BehaviorRule.Comparison? {
    switch self {
    case .lessThan: .lessThan
    case .lessThanEquals: .lessThanOrEqual
    case .greaterThan: .greaterThan
    case .greaterThanEquals: .greaterThanOrEqual
    case .inCIDRSet, .notInCIDRSet, .inPortSet, .notInPortSet, .inSet, .notInSet: nil
    }
  }

  /// Whether elements are to be inside the set (true) or outside; nil for an operator on numbers.
  var within: Bool? {
    switch self {
    case .lessThan, .lessThanEquals, .greaterThan, .greaterThanEquals: nil
    case .inCIDRSet, .inPortSet, .inSet: true
    case .notInCIDRSet, .notInPortSet, .notInSet: false
    }
  }
}

extension MetricDescription {
  /// The operators that the metric takes (evidence.md 2.1 to 2.3).
  var operators: [ComparisonOperator] {
    switch kind {
    // A device that stays away is only ever away for too long.
    case .count where name == "aws:disconnect-duration": [.lessThan, .lessThanEquals]
    case .count, .number: [.lessThan, .lessThanEquals, .greaterThan, .greaterThanEquals]
    case .cidrs: [.inCIDRSet, .notInCIDRSet]
    case .ports: [.inPortSet, .notInPortSet]
    case .numbers, .strings: [.inSet, .notInSet]
    }
  }
}

/// The percentiles that a statistical threshold may be, from the API's model.
enum Statistic {
  /// Texts and their values in hundredths of a per cent, in the API's order.
  private static let table: [(text: String, hundredths: Int)] = [
    ("p0", 0), ("p0.1", 10), ("p0.01", 1), ("p1", 100), ("p10", 1000), ("p50", 5000),
    ("p90", 9000), ("p99", 9900), ("p99.9", 9990), ("p99.99", 9999), ("p100", 10_000),
  ]

  static let texts = table.map(\.text)

  static func hundredths(of text: String) -> Int? {
    table.first { $0.text == text }?.hundredths
  }
}
