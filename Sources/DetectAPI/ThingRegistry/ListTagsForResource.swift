internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Lists the tags of a resource.
  func listTagsForResource(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__list_tags_for_resource_request__init) {
      request in
      unsafe ListTagsForResource(
        resourceARN: text(request.resource_arn), nextToken: optionalText(request.next_token))
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_tags_for_resource_response__init) { response, arena in
      unsafe (response.n_tags, response.tags) = arena.tags(page.items)
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
