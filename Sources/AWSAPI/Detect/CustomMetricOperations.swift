internal import Detect

/// The operations on custom metrics.
struct CustomMetricOperations: Sendable {
  let backend: Backend

  /// Defines a metric, or finds it defined.
  func create(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var displayName: String?
      var metricType: String?
      var tags: [TagShape]?
      var clientRequestToken: String?
    }
    struct Answer: Encodable {
      var metricName: String
      var metricArn: String
    }
    let members = try request.members(as: Members.self)
    let metric = try await backend.perform(
      CreateCustomMetric(
        metricName: request.label("metricName"), displayName: members.displayName,
        metricType: members.metricType, tags: members.tags?.map(\.tag) ?? [],
        clientRequestToken: members.clientRequestToken ?? ""))
    return try encode(Answer(metricName: metric.metricName, metricArn: metric.metricARN))
  }

  /// Returns a metric.
  func describe(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let metric = try await backend.perform(
      DescribeCustomMetric(metricName: request.label("metricName")))
    return try encode(CustomMetricDescription(metric))
  }

  /// Changes the display name of a metric.
  func update(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var displayName: String?
    }
    let members = try request.members(as: Members.self)
    let metric = try await backend.perform(
      UpdateCustomMetric(
        metricName: request.label("metricName"), displayName: members.displayName))
    return try encode(CustomMetricDescription(metric))
  }

  /// Lists the names of the metrics.
  func list(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var metricNames: [String]
      var nextToken: String?
    }
    let page = try await backend.perform(
      ListCustomMetrics(
        nextToken: request.query.text("nextToken"),
        maxResults: try request.query.integer("maxResults")))
    return try encode(Answer(metricNames: page.items, nextToken: page.nextToken))
  }

  /// Deletes a metric.
  func delete(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(DeleteCustomMetric(metricName: request.label("metricName")))
    return noMembers
  }
}

/// The answer of Describe, which is also that of Update.
private struct CustomMetricDescription: Encodable {
  var metricName: String
  var metricArn: String
  var metricType: String
  var displayName: String?
  var creationDate: Double
  var lastModifiedDate: Double

  init(_ described: DescribeCustomMetric.Response) {
    metricName = described.metric.name
    metricArn = described.metricARN
    metricType = described.metric.type.rawValue
    displayName = described.metric.displayName
    creationDate = timestamp(described.metric.creationDate)
    lastModifiedDate = timestamp(described.metric.lastModifiedDate)
  }
}
