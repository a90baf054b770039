internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Deletes a dimension that no profile uses.
  func deleteDimension(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__delete_dimension_request__init) {
      request in
      unsafe DeleteDimension(dimensionName: text(request.name))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__delete_dimension_response__init) { _, _ in }
  }
}
