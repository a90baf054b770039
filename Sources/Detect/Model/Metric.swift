/// A metric, by number: small, hashable and the same in every journal.
package struct Metric: Hashable, Sendable {
  /// The number under which journals and snapshots know the metric. Never reused.
  package let number: UInt16

  package init(number: UInt16) {
    self.number = number
  }
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
}

extension Metric {
  /// Every metric that AWS defines, ordered by number (evidence.md 2.1 and 2.2).
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

  /// The description of this metric where it is AWS's own, nil where users have defined it.
  package var ofAWS: MetricDescription? {
    let index = Int(number) - 1
    return Metric.catalogue.indices.contains(index) ? Metric.catalogue[index] : nil
  }

  private static func describe(
    _ number: UInt16, _ name: String, _ family: MetricFamily, _ kind: MetricKind = .count,
    statistics: Bool = false, dimension: Bool = false
  ) -> MetricDescription {
    MetricDescription(
      name: name, metric: Metric(number: number), family: family, kind: kind,
      allowsStatistics: statistics, allowsDimension: dimension)
  }
}
