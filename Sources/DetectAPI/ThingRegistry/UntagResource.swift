internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Removes tags from a resource.
  func untagResource(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__untag_resource_request__init) {
      request in
      unsafe UntagResource(
        resourceARN: text(request.resource_arn),
        tagKeys: texts(request.tag_keys, request.n_tag_keys))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__untag_resource_response__init) { _, _ in }
  }
}
