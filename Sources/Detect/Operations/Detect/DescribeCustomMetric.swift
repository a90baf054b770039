/// Reads a custom metric.
package struct DescribeCustomMetric: Operation, Hashable {
  package static let name = "DescribeCustomMetric"

  package var metricName: String

  package init(metricName: String) {
    self.metricName = metricName
  }

  /// The metric, with what the service adds.
  package struct Response: Hashable, Sendable {
    package var metric: CustomMetric
    package var metricARN: String

    init(_ metric: CustomMetric, account: Account) {
      self.metric = metric
      metricARN = account.arn(metric.resource)
    }
  }

  /// Reads the metric.
  ///
  /// - Throws: `invalidRequest`; `notFound`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    let metric = try catalog.customMetric(named: metricName)
    return Decision(Response(metric, account: catalog.account))
  }
}
