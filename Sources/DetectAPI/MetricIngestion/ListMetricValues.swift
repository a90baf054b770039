internal import CDetectProto
internal import Detect
internal import RPC

extension MetricIngestionMethods {
  /// Lists the values of a metric of a thing in a range of time.
  func listMetricValues(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let query = try unsafe decode(request, detect__v1__list_metric_values_request__init) {
      request in
      let name = unsafe text(request.dimension_name)
      let operatorText = unsafe EnumTexts.dimensionValueOperator[
        request.dimension_value_operator.rawValue]
      // An operator without a name is checked as a dimension without one.
      let dimension =
        name.isEmpty && operatorText == nil
        ? nil : MetricDimension(dimensionName: name, dimensionValueOperator: operatorText)
      return unsafe ListMetricValues(
        thingName: text(request.thing_name), metricName: text(request.metric_name),
        metricDimension: dimension,
        startTime: optional(request.optional_start_time_case, request.start_time),
        endTime: optional(request.optional_end_time_case, request.end_time),
        nextToken: optionalText(request.next_token), maxResults: optionalNumber(request.max_results)
      )
    }
    let page = try await backend.call { service async throws(DetectError) in
      try await service.listMetricValues(query)
    }
    return unsafe encode(detect__v1__list_metric_values_response__init) { response, arena in
      unsafe (response.n_metric_datum_list, response.metric_datum_list) = arena.messages(
        page.items, detect__v1__metric_datum__init
      ) { datum, message, arena in
        unsafe message.timestamp = datum.timestamp
        unsafe message.value = arena.metricValue(datum.value)
      }
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
