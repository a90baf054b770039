/// Reads the retained values of one metric of one thing, oldest first.
package struct ListMetricValues: Hashable, Sendable {
  package static let name = "ListMetricValues"

  package var thingName: String
  package var metricName: String
  /// Values with startTime ≤ time < endTime, in milliseconds since the epoch. Both are required.
  package var startTime: Int64?
  package var endTime: Int64?
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    thingName: String, metricName: String, startTime: Int64?, endTime: Int64?,
    nextToken: String? = nil, maxResults: Int64? = nil
  ) {
    self.thingName = thingName
    self.metricName = metricName
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
