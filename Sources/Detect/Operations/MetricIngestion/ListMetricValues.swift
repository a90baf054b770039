/// Reads the retained values of one metric of one thing, oldest first.
package struct ListMetricValues: Hashable, Sendable {
  package static let name = "ListMetricValues"

  package var thingName: String
  package var metricName: String
  /// Narrows the metric to what was counted for a dimension.
  package var metricDimension: MetricDimension?
  /// Values with startTime ≤ time < endTime, in milliseconds since the epoch. Both are required.
  package var startTime: Int64?
  package var endTime: Int64?
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    thingName: String, metricName: String, metricDimension: MetricDimension? = nil,
    startTime: Int64?, endTime: Int64?, nextToken: String? = nil, maxResults: Int64? = nil
  ) {
    self.thingName = thingName
    self.metricName = metricName
    self.metricDimension = metricDimension
    self.startTime = startTime
    self.endTime = endTime
    self.nextToken = nextToken
    self.maxResults = maxResults
  }
}

/// One retained value.
package struct MetricDatum: Hashable, Sendable {
  /// Milliseconds since the epoch: the time of the report that carried it.
  package var timestamp: Int64
  package var value: MetricValue

  package init(timestamp: Int64, value: MetricValue) {
    self.timestamp = timestamp
    self.value = value
  }
}

/// A checked request for retained values.
struct MetricValueQuery: Sendable {
  let thing: ThingName
  let metric: Metric
  /// Values with start ≤ time < end.
  let start: Int64
  let end: Int64
  private let paging: Paging
  /// How many values of time `start` the pages before have had.
  private let skipped: Int

  init(_ request: ListMetricValues, of metrics: MetricDefinitions) throws(DetectError) {
    guard !request.thingName.isEmpty else {
      throw .invalidRequest("thingName is required", field: "thingName")
    }
    try FieldCheck.reportingThingName(request.thingName, field: "thingName")
    guard !request.metricName.isEmpty else {
      throw .invalidRequest("metricName is required", field: "metricName")
    }
    guard let whole = metrics.named(request.metricName) else {
      throw .notFound("metric \(quoted(request.metricName)) does not exist")
    }
    try Self.check(request.metricDimension, of: whole, metrics)
    let description = metrics.resolve(request.metricName, request.metricDimension) ?? whole
    let (start, end) = try FieldCheck.timeRange(request.startTime, request.endTime)
    let (range, isTooLong) = end.subtractingReportingOverflow(start)
    guard !isTooLong, range <= Limits.metricValueRange else {
      throw .invalidRequest(
        "startTime and endTime should be at most \(Limits.metricValueRange / 86_400_000) days apart",
        field: "startTime")
    }
    paging = try Paging(
      ListMetricValues.name,
      filters: [
        request.thingName, request.metricName, "\(start)", "\(end)",
        request.metricDimension?.dimensionName, request.metricDimension?.dimensionValueOperator,
      ],
      nextToken: request.nextToken, maxResults: request.maxResults)
    thing = ThingName(request.thingName)
    metric = description.metric
    self.end = end
    let position = try paging.eventPosition()
    self.start = position?.time ?? start
    skipped = Int(position?.sequence ?? 0)
  }

  /// The names of the two members are those of the request.
  private static func check(
    _ dimension: MetricDimension?, of metric: MetricDescription, _ metrics: MetricDefinitions
  ) throws(DetectError) {
    guard let dimension else { return }
    try FieldCheck.name(dimension.dimensionName, field: "dimensionName")
    if let text = dimension.dimensionValueOperator, DimensionOperator(text: text) == nil {
      throw .invalidRequest(
        "dimensionValueOperator \(quoted(text)) should be one of [IN, NOT_IN]",
        field: "dimensionValueOperator")
    }
    guard metrics.filters(ofDimension: dimension.dimensionName) != nil else {
      throw .notFound("dimension \(dimension.dimensionName) does not exist")
    }
    guard metric.allowsDimension else {
      throw .invalidRequest(
        "dimensionName does not fit metric \(metric.name)", field: "dimensionName")
    }
  }

  /// A page of values that were read from `start` on, in the order of their receipt.
  func page(of values: [MetricDatum]) -> Page<MetricDatum> {
    let ordered = values.enumerated()
      .filter { $0.element.timestamp >= start && $0.element.timestamp < end }
      .sorted { ($0.element.timestamp, $0.offset) < ($1.element.timestamp, $1.offset) }
      .map(\.element)
    let items = Array(ordered.dropFirst(skipped).prefix(paging.limit))
    guard let last = items.last, ordered.count > skipped + items.count else {
      return Page(items: items, nextToken: nil)
    }
    let sameTime = ordered.prefix(skipped + items.count).count { $0.timestamp == last.timestamp }
    let position = EventPosition(time: last.timestamp, sequence: Int64(sameTime))
    return Page(items: items, nextToken: paging.token(after: position.text))
  }
}
