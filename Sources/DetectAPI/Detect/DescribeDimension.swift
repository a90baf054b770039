internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Returns a dimension.
  func describeDimension(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__describe_dimension_request__init) {
      request in
      unsafe DescribeDimension(dimensionName: text(request.name))
    }
    let found = try await backend.perform(operation)
    return unsafe encode(detect__v1__describe_dimension_response__init) { response, arena in
      unsafe response.name = arena.text(found.dimension.name)
      unsafe response.arn = arena.text(found.arn)
      unsafe response.type = Detect__V1__DimensionType(
        EnumTexts.dimensionType.number(of: found.dimension.type.rawValue))
      unsafe (response.n_string_values, response.string_values) =
        arena.texts(found.dimension.stringValues)
      unsafe response.creation_date = found.dimension.creationDate
      unsafe response.last_modified_date = found.dimension.lastModifiedDate
    }
  }
}
