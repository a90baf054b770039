internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Creates a dimension, or finds it created.
  func createDimension(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__create_dimension_request__init) {
      request in
      unsafe CreateDimension(
        dimensionName: text(request.name), type: EnumTexts.dimensionType[request.type.rawValue],
        stringValues: texts(request.string_values, request.n_string_values),
        tags: list(request.tags, request.n_tags, Tag.init),
        clientRequestToken: text(request.client_request_token))
    }
    let dimension = try await backend.perform(operation)
    return unsafe encode(detect__v1__create_dimension_response__init) { response, arena in
      unsafe response.name = arena.text(dimension.name)
      unsafe response.arn = arena.text(dimension.arn)
    }
  }
}
