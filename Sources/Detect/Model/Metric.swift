/// A metric, by number: small, hashable and the same in every journal.
///
///      31                    7   6   5      0
///     [ number of a dimension │ op │ metric  ]   one of AWS's, narrowed by a dimension: from 65,536 on
///     [ 0                     │ number       ]   any other
///
/// A narrowed metric is judged, windowed and retained like every other one.
package struct Metric: Hashable, Sendable {
  /// The number under which journals and snapshots know the metric. Never reused.
  package let number: UInt32

  package init(number: UInt32) {
    self.number = number
  }

  /// AWS's metric, of which only the messages count that the operator and the dimension of this number let
  /// through.
  package init(_ metric: Metric, _ dimensionOperator: DimensionOperator, dimension: UInt32) {
    number = dimension << 7 | UInt32(dimensionOperator.rawValue) << 6 | metric.number
  }

  /// The number of the dimension that narrows the metric, nil where none does.
  package var dimension: UInt32? { number < 1 << 16 ? nil : number >> 7 }

  /// The metric that a dimension narrows; every other one is its own.
  package var base: Metric { dimension == nil ? self : Metric(number: number & 63) }
}

/// How a metric's values become datapoints (evaluation.md 3).
package enum MetricFamily: Sendable {
  /// Counts of a bucket that add up.
  case bucketedCounter
  /// Each value is the size of one message.
  case bucketedSample
  /// Deltas of a report that add up.
  case reportedCounter
  /// The last value counts.
  case reportedGauge
  /// A set, judged as a whole when its report arrives.
  case list
}

/// The member of `MetricValue` that carries a metric's values.
package enum MetricKind: Sendable {
  /// A whole number from 0.
  case count
  /// IP addresses in a report, networks in a behavior.
  case cidrs
  /// Port numbers.
  case ports
  /// A finite number, which may be negative. Of custom metrics only, like the two below.
  case number
  case numbers
  case strings
}

/// What is fixed about a metric: its name and how it is judged.
package struct MetricDescription: Hashable, Sendable {
  /// The API's name, for example `aws:num-messages-sent`.
  package let name: String
  package let metric: Metric
  package let family: MetricFamily
  package let kind: MetricKind
  /// Whether a `statisticalThreshold` may be asked of it.
  package let allowsStatistics: Bool
  /// Whether a TOPIC_FILTER dimension may narrow it.
  package let allowsDimension: Bool

  /// The same metric, narrowed by the dimension of this number.
  func narrowed(_ dimensionOperator: DimensionOperator, dimension: UInt32) -> MetricDescription {
    MetricDescription(
      name: name, metric: Metric(metric, dimensionOperator, dimension: dimension), family: family,
      kind: kind, allowsStatistics: allowsStatistics, allowsDimension: allowsDimension)
  }
}

extension Metric {
  /// Every metric that AWS defines, ordered by number (evidence.md 2.1 and 2.2). Numbers are below 64.
  package static let catalogue: [MetricDescription] = [
    describe(1, "aws:message-byte-size", .bucketedSample, statistics: true, dimension: true),
    describe(2, "aws:num-messages-sent", .bucketedCounter, statistics: true, dimension: true),
    describe(3, "aws:num-messages-received", .bucketedCounter, statistics: true, dimension: true),
    describe(
      4, "aws:num-authorization-failures", .bucketedCounter, statistics: true, dimension: true),
    describe(5, "aws:source-ip-address", .list, .cidrs, dimension: true),
    describe(6, "aws:num-connection-attempts", .bucketedCounter, statistics: true),
    describe(7, "aws:num-disconnects", .bucketedCounter, statistics: true),
    describe(8, "aws:disconnect-duration", .reportedGauge),
    describe(9, "aws:all-bytes-out", .reportedCounter, statistics: true),
    describe(10, "aws:all-bytes-in", .reportedCounter, statistics: true),
    describe(11, "aws:all-packets-out", .reportedCounter, statistics: true),
    describe(12, "aws:all-packets-in", .reportedCounter, statistics: true),
    describe(13, "aws:num-listening-tcp-ports", .reportedGauge, statistics: true),
    describe(14, "aws:num-listening-udp-ports", .reportedGauge, statistics: true),
    describe(15, "aws:num-established-tcp-connections", .reportedGauge, statistics: true),
    describe(16, "aws:listening-tcp-ports", .list, .ports),
    describe(17, "aws:listening-udp-ports", .list, .ports),
    describe(18, "aws:destination-ip-addresses", .list, .cidrs),
  ]

  private static let byName: [String: MetricDescription] = Dictionary(
    uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  /// The description of AWS's metric with this API name, or nil where AWS defines no such metric.
  /// `MetricDefinitions` knows those that users define as well.
  package static func named(_ name: String) -> MetricDescription? {
    byName[name]
  }

  /// The description of AWS's metric that this one is or narrows, nil where users have defined it.
  package var ofAWS: MetricDescription? {
    let index = Int(base.number) - 1
    return Metric.catalogue.indices.contains(index) ? Metric.catalogue[index] : nil
  }

  private static func describe(
    _ number: UInt32, _ name: String, _ family: MetricFamily, _ kind: MetricKind = .count,
    statistics: Bool = false, dimension: Bool = false
  ) -> MetricDescription {
    MetricDescription(
      name: name, metric: Metric(number: number), family: family, kind: kind,
      allowsStatistics: statistics, allowsDimension: dimension)
  }
}
