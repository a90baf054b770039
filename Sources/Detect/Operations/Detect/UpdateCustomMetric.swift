/// Changes the display name of a custom metric; nothing else of it can change.
package struct UpdateCustomMetric: Operation, Hashable {
  package static let name = "UpdateCustomMetric"

  package var metricName: String
  /// Required; the empty text removes the name.
  package var displayName: String?

  package init(metricName: String, displayName: String?) {
    self.metricName = metricName
    self.displayName = displayName
  }

  /// Changes the metric and describes it.
  ///
  /// - Throws: `invalidRequest`; `notFound`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<DescribeCustomMetric.Response> {
    try FieldCheck.name(metricName, field: "metricName")
    guard let displayName else {
      throw .invalidRequest("displayName is required", field: "displayName")
    }
    try FieldCheck.description(
      displayName, maximum: Limits.displayNameCharacters, field: "displayName")
    var metric = try catalog.customMetric(named: metricName)
    metric.displayName = displayName.isEmpty ? nil : displayName
    metric.lastModifiedDate = moment.now
    return Decision(
      DescribeCustomMetric.Response(metric, account: catalog.account),
      changes: [.putCustomMetric(metric)])
  }
}
