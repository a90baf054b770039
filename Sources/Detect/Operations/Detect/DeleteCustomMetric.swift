/// Deletes a custom metric that no profile uses. A metric that is not there is deleted already.
package struct DeleteCustomMetric: Operation, Hashable {
  package static let name = "DeleteCustomMetric"

  package var metricName: String

  package init(metricName: String) {
    self.metricName = metricName
  }

  /// Deletes the metric and its tags.
  ///
  /// - Throws: `invalidRequest`, also where a profile judges or retains the metric.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(metricName, field: "metricName")
    guard let metric = catalog.customMetrics[metricName] else { return Decision(Empty()) }
    if let profile = catalog.firstProfile(usingMetric: metric.name) {
      throw .invalidRequest(
        "custom metric \(metric.name) is used by security profile \(profile)", field: "metricName")
    }
    var changes: [Change] = []
    if catalog.tags[metric.resource] != nil {
      changes.append(.putTags(resource: metric.resource, []))
    }
    changes.append(.removeCustomMetric(metric.name))
    return Decision(Empty(), changes: changes)
  }
}
