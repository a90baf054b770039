internal import Detect

/// The operations on what was measured.
struct MetricOperations: Sendable {
  let backend: Backend

  /// Lists the values of a metric of a thing in a range of time.
  func listValues(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Datum: Encodable {
      var timestamp: Double
      var value: MetricValueShape
    }
    struct Answer: Encodable {
      var metricDatumList: [Datum]
      var nextToken: String?
    }
    let query = request.query
    let name = query.text("dimensionName")
    let operatorText = query.text("dimensionValueOperator")
    // An operator without a name is checked as a dimension without one.
    let dimension =
      name == nil && operatorText == nil
      ? nil : MetricDimension(dimensionName: name ?? "", dimensionValueOperator: operatorText)
    let operation = ListMetricValues(
      thingName: try query.required("thingName"), metricName: try query.required("metricName"),
      metricDimension: dimension, startTime: try query.time("startTime"),
      endTime: try query.time("endTime"), nextToken: query.text("nextToken"),
      maxResults: try query.integer("maxResults"))
    let page = try await backend.call { service async throws(DetectError) in
      try await service.listMetricValues(operation)
    }
    let data = page.items.map { datum in
      Datum(timestamp: timestamp(datum.timestamp), value: MetricValueShape(datum.value))
    }
    return try encode(Answer(metricDatumList: data, nextToken: page.nextToken))
  }
}
