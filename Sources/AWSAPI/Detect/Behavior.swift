internal import Detect

// The shapes of the model that say what is normal, as JSON has them. They are written as they are read: what
// was sent comes back.

/// `Behavior`.
struct BehaviorShape: Codable {
  var name: String?
  var metric: String?
  var metricDimension: MetricDimensionShape?
  var criteria: BehaviorCriteriaShape?
  var suppressAlerts: Bool?
  var exportMetric: Bool?

  init(_ behavior: Behavior) {
    name = behavior.name
    metric = behavior.metric
    metricDimension = behavior.metricDimension.map(MetricDimensionShape.init)
    criteria = behavior.criteria.map(BehaviorCriteriaShape.init)
    suppressAlerts = behavior.suppressAlerts
    exportMetric = behavior.exportMetric
  }

  /// The behavior, faults included: validation names them.
  var behavior: Behavior {
    Behavior(
      name: name ?? "", metric: metric, metricDimension: metricDimension?.dimension,
      criteria: criteria?.criteria, suppressAlerts: suppressAlerts, exportMetric: exportMetric)
  }
}

/// `MetricDimension`.
struct MetricDimensionShape: Codable {
  var dimensionName: String?
  var `operator`: String?

  init(_ dimension: MetricDimension) {
    dimensionName = dimension.dimensionName
    `operator` = dimension.dimensionValueOperator
  }

  var dimension: MetricDimension {
    MetricDimension(dimensionName: dimensionName ?? "", dimensionValueOperator: `operator`)
  }
}

/// `BehaviorCriteria`.
struct BehaviorCriteriaShape: Codable {
  struct StatisticalThreshold: Codable {
    var statistic: String?
  }

  struct MLDetectionConfig: Codable {
    var confidenceLevel: String?
  }

  var comparisonOperator: String?
  var value: MetricValueShape?
  var durationSeconds: Int64?
  var consecutiveDatapointsToAlarm: Int64?
  var consecutiveDatapointsToClear: Int64?
  var statisticalThreshold: StatisticalThreshold?
  var mlDetectionConfig: MLDetectionConfig?

  init(_ criteria: BehaviorCriteria) {
    comparisonOperator = criteria.comparisonOperator
    value = criteria.value.map(MetricValueShape.init)
    durationSeconds = criteria.durationSeconds
    consecutiveDatapointsToAlarm = criteria.consecutiveDatapointsToAlarm
    consecutiveDatapointsToClear = criteria.consecutiveDatapointsToClear
    statisticalThreshold = criteria.statistic.map(StatisticalThreshold.init)
    mlDetectionConfig = criteria.mlConfidenceLevel.map(MLDetectionConfig.init)
  }

  var criteria: BehaviorCriteria {
    BehaviorCriteria(
      comparisonOperator: comparisonOperator, value: value?.value,
      durationSeconds: durationSeconds, consecutiveDatapointsToAlarm: consecutiveDatapointsToAlarm,
      consecutiveDatapointsToClear: consecutiveDatapointsToClear,
      statistic: statisticalThreshold.map { $0.statistic ?? "" },
      mlConfidenceLevel: mlDetectionConfig.map { $0.confidenceLevel ?? "" })
  }
}

/// `MetricValue`: one member, by the kind of the value.
struct MetricValueShape: Codable {
  var value: MetricValue?

  private enum CodingKeys: String, CodingKey {
    case count, cidrs, ports, number, numbers, strings
  }

  init(_ value: MetricValue) { self.value = value }

  /// No member is no value. Two of them say no single thing.
  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let values: [MetricValue?] = [
      try members.decodeIfPresent(Int64.self, forKey: .count).map(MetricValue.count),
      try members.decodeIfPresent([String].self, forKey: .cidrs).map(MetricValue.cidrs),
      try members.decodeIfPresent([Int64].self, forKey: .ports).map(MetricValue.ports),
      try members.decodeIfPresent(Double.self, forKey: .number).map(MetricValue.number),
      try members.decodeIfPresent([Double].self, forKey: .numbers).map(MetricValue.numbers),
      try members.decodeIfPresent([String].self, forKey: .strings).map(MetricValue.strings),
    ]
    let given = values.compactMap(\.self)
    guard given.count <= 1 else { throw MemberFault("should have one member", at: decoder) }
    value = given.first
  }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch value {
    case .count(let count): try members.encode(count, forKey: .count)
    case .cidrs(let texts): try members.encode(texts, forKey: .cidrs)
    case .ports(let ports): try members.encode(ports, forKey: .ports)
    case .number(let number): try members.encode(number, forKey: .number)
    case .numbers(let numbers): try members.encode(numbers, forKey: .numbers)
    case .strings(let texts): try members.encode(texts, forKey: .strings)
    case nil: break
    }
  }
}
