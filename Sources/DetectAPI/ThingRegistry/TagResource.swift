internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Writes tags on a resource.
  func tagResource(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__tag_resource_request__init) { request in
      unsafe TagResource(
        resourceARN: text(request.resource_arn), tags: list(request.tags, request.n_tags, Tag.init))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__tag_resource_response__init) { _, _ in }
  }
}
