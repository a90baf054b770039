/// Defines a custom metric.
///
/// A repetition with the same token succeeds, and changes nothing, as long as the metric still is what is
/// asked for, its tags included.
package struct CreateCustomMetric: Operation, Hashable {
  package static let name = "CreateCustomMetric"

  package var metricName: String
  package var displayName: String?
  /// Required: one of the texts of `CustomMetricType`.
  package var metricType: String?
  package var tags: [Tag]
  /// Required, another one for each metric.
  package var clientRequestToken: String

  package init(
    metricName: String, displayName: String? = nil, metricType: String?, tags: [Tag] = [],
    clientRequestToken: String
  ) {
    self.metricName = metricName
    self.displayName = displayName
    self.metricType = metricType
    self.tags = tags
    self.clientRequestToken = clientRequestToken
  }

  /// The metric that exists now.
  package struct Response: Hashable, Sendable {
    package var metricName: String
    package var metricARN: String
  }

  /// Defines the metric, or finds it defined.
  ///
  /// - Throws: `invalidRequest`; `alreadyExists` where the name is taken by a metric with other content or
  ///   of another token; `limitExceeded` past the number of metrics there may be.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    let type = try checkedType()
    let displayName = displayName ?? ""
    var metric = CustomMetric(
      name: metricName, type: type, displayName: displayName.isEmpty ? nil : displayName, number: 0,
      clientRequestToken: clientRequestToken, creationDate: moment.now,
      lastModifiedDate: moment.now)
    let tags = tags.sorted { $0.key < $1.key }
    let response = Response(metricName: metricName, metricARN: catalog.account.arn(metric.resource))
    if let existing = catalog.customMetrics[metricName] {
      guard existing.hasContent(of: metric), tags == catalog.tags[metric.resource] ?? [] else {
        throw .alreadyExists(
          "custom metric \(metricName) already exists with different content or another token",
          resourceID: metricName, resourceARN: response.metricARN)
      }
      return Decision(response)
    }
    guard catalog.customMetrics.count < Limits.customMetrics else {
      throw .limitExceeded("there are \(Limits.customMetrics) custom metrics already")
    }
    guard let number = catalog.unusedMetricNumber else {
      throw .limitExceeded("\(Limits.customMetricNumbers.count) custom metrics have been created")
    }
    metric.number = number
    let tagging: [Change] = tags.isEmpty ? [] : [.putTags(resource: metric.resource, tags)]
    return Decision(
      response, changes: [.putCustomMetric(metric), .giveMetricNumber(number)] + tagging)
  }

  /// Checks the fields, and parses the type.
  private func checkedType() throws(DetectError) -> CustomMetricType {
    try FieldCheck.name(metricName, field: "metricName")
    guard !metricName.hasPrefix("aws:") else {
      throw .invalidRequest("metricName should not start with aws:", field: "metricName")
    }
    try FieldCheck.description(
      displayName, maximum: Limits.displayNameCharacters, field: "displayName")
    guard let metricType else {
      throw .invalidRequest("metricType is required", field: "metricType")
    }
    guard let type = CustomMetricType(rawValue: metricType) else {
      let names = CustomMetricType.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalidRequest(
        "metricType \(quoted(metricType)) should be one of [\(names)]", field: "metricType")
    }
    try FieldCheck.tags(tags)
    try FieldCheck.clientRequestToken(clientRequestToken, field: "clientRequestToken")
    return type
  }
}

extension CustomMetric {
  /// Whether what the request wrote is the same in both; numbers and times may differ.
  fileprivate func hasContent(of other: CustomMetric) -> Bool {
    type == other.type && displayName == other.displayName
      && clientRequestToken == other.clientRequestToken
  }
}
