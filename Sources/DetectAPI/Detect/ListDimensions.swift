internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Lists the names of the dimensions.
  func listDimensions(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__list_dimensions_request__init) {
      request in
      unsafe ListDimensions(
        nextToken: optionalText(request.next_token), maxResults: optionalNumber(request.max_results)
      )
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_dimensions_response__init) { response, arena in
      unsafe (response.n_dimension_names, response.dimension_names) = arena.texts(page.items)
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
