/// What a behavior means: texts parsed, defaults resolved, host bits masked, lists taken as sets.
///
/// A rule that exists is valid. Two behaviors mean the same exactly when their rules are equal.
package struct BehaviorRule: Equatable, Sendable {
  /// `value OP threshold`, which is what is normal.
  package enum Comparison: UInt8, Sendable {
    case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual

    /// Whether what is normal is small.
    var wantsLess: Bool { self == .lessThan || self == .lessThanOrEqual }

    /// Whether `value OP threshold` holds, that is, whether the value is normal.
    package func holds(_ value: Int64, _ threshold: Int64) -> Bool {
      switch self {
      case .lessThan: value < threshold
      case .lessThanOrEqual: value <= threshold
      case .greaterThan: value > threshold
      case .greaterThanOrEqual: value >= threshold
      }
    }
  }

  /// What a datapoint is held against. The threshold of a metric that measures numbers is an
  /// `OrderedNumber`, as its values are.
  package enum Criterion: Equatable, Sendable {
    case threshold(Comparison, Int64)
    /// The percentile in hundredths of a per cent: p99.9 is 9990.
    case percentile(Comparison, hundredths: Int)
    /// Conforms when every address is inside (`within`) or none is.
    case addresses(CIDRSet, within: Bool)
    /// Conforms when every port is inside (`within`) or none is.
    case ports(PortSet, within: Bool)
    /// Conforms when every number is one of these (`within`) or none is.
    case numbers(Set<Double>, within: Bool)
    /// Conforms when every string is one of these (`within`) or none is.
    case strings(Set<String>, within: Bool)
  }

  /// Narrowed where the behavior names a dimension: other filters make another metric.
  package var metric: Metric
  package var family: MetricFamily
  package var kind: MetricKind
  /// Nil retains the metric and never judges.
  package var criterion: Criterion?
  /// Length of the window in milliseconds, one bucket for a bucketed metric whose behavior names none. Nil
  /// for what has no window: a gauge, a list, and a reported counter judged report by report.
  package var duration: Int64?
  /// 1...10.
  package var datapointsToAlarm: Int
  /// 1...10.
  package var datapointsToClear: Int

  package init(
    metric: MetricDescription, criterion: Criterion?, duration: Int64?, datapointsToAlarm: Int,
    datapointsToClear: Int
  ) {
    self.metric = metric.metric
    family = metric.family
    kind = metric.kind
    self.criterion = criterion
    self.duration = duration
    self.datapointsToAlarm = datapointsToAlarm
    self.datapointsToClear = datapointsToClear
  }
}
