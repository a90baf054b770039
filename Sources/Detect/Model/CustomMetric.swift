/// What a custom metric measures, by the API's texts (evidence.md 2.3).
package enum CustomMetricType: String, Sendable, CaseIterable {
  case number = "number"
  case numberList = "number-list"
  case stringList = "string-list"
  case ipAddressList = "ip-address-list"
}

/// A metric that users have defined.
package struct CustomMetric: Hashable, Sendable {
  package var name: String
  /// The same for the metric's whole life.
  package var type: CustomMetricType
  package var displayName: String?
  /// The number under which the engine knows the metric. Given to no other one, not even after the
  /// metric is deleted: values of the deleted one keep it.
  package var number: UInt16
  /// The caller's mark of the request that created the metric.
  package var clientRequestToken: String
  /// Milliseconds since the epoch.
  package var creationDate: Int64
  /// Milliseconds since the epoch.
  package var lastModifiedDate: Int64

  package init(
    name: String, type: CustomMetricType, displayName: String? = nil, number: UInt16,
    clientRequestToken: String, creationDate: Int64, lastModifiedDate: Int64
  ) {
    self.name = name
    self.type = type
    self.displayName = displayName
    self.number = number
    self.clientRequestToken = clientRequestToken
    self.creationDate = creationDate
    self.lastModifiedDate = lastModifiedDate
  }

  /// The resource part of a custom metric's ARN.
  static func resource(ofMetric name: String) -> String { "custommetric/\(name)" }

  /// The resource part of this metric's ARN.
  var resource: String { Self.resource(ofMetric: name) }

  /// How the metric is judged.
  var description: MetricDescription {
    let (family, kind): (MetricFamily, MetricKind) =
      switch type {
      case .number: (.reportedGauge, .number)
      case .numberList: (.list, .numbers)
      case .stringList: (.list, .strings)
      case .ipAddressList: (.list, .cidrs)
      }
    return MetricDescription(
      name: name, metric: Metric(number: number), family: family, kind: kind,
      allowsStatistics: type == .number, allowsDimension: false)
  }
}

/// Every metric there is at one moment: AWS's own and those that users have defined. A small value that may
/// be handed to those who parse reports.
package struct MetricDefinitions: Sendable {
  private var custom: [String: MetricDescription] = [:]

  /// AWS's metrics only.
  package init() {}

  /// The description of the metric with this API name, or nil where there is no such metric.
  package func named(_ name: String) -> MetricDescription? {
    Metric.named(name) ?? custom[name]
  }

  mutating func insert(_ metric: CustomMetric) {
    custom[metric.name] = metric.description
  }

  mutating func remove(_ name: String) {
    custom[name] = nil
  }
}
