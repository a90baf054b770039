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
      name: name, metric: Metric(number: UInt32(number)), family: family, kind: kind,
      allowsStatistics: type == .number, allowsDimension: false)
  }
}

/// Every metric there is at one moment, AWS's own and those that users have defined, and the dimensions that
/// narrow them. A small value that may be handed to those who parse reports.
package struct MetricDefinitions: Sendable {
  private var custom: [String: MetricDescription] = [:]
  private var dimensions: [String: TopicFilters] = [:]

  /// AWS's metrics only.
  package init() {}

  /// The description of the metric with this API name, or nil where there is no such metric.
  package func named(_ name: String) -> MetricDescription? {
    Metric.named(name) ?? custom[name]
  }

  /// The filters of the dimension with this name, or nil where there is no such dimension.
  package func filters(ofDimension name: String) -> TopicFilters? {
    dimensions[name]
  }

  /// The metric of this name, narrowed where a dimension is given. Nil where there is no such metric or
  /// dimension, or they do not fit.
  package func resolve(_ name: String, _ dimension: MetricDimension?) -> MetricDescription? {
    guard let metric = named(name) else { return nil }
    guard let dimension else { return metric }
    guard metric.allowsDimension, let filters = dimensions[dimension.dimensionName],
      let dimensionOperator = DimensionOperator(text: dimension.dimensionValueOperator)
    else { return nil }
    return metric.narrowed(dimensionOperator, dimension: filters.number)
  }

  mutating func insert(_ metric: CustomMetric) {
    custom[metric.name] = metric.description
  }

  mutating func insert(_ dimension: Dimension) {
    dimensions[dimension.name] = TopicFilters(of: dimension)
  }

  mutating func remove(metric name: String) {
    custom[name] = nil
  }

  mutating func remove(dimension name: String) {
    dimensions[name] = nil
  }
}
