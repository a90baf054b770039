internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Lists the groups.
  func listThingGroups(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__list_thing_groups_request__init) {
      request in
      unsafe ListThingGroups(
        nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results),
        parentGroup: optionalText(request.parent_group),
        namePrefixFilter: optionalText(request.name_prefix_filter),
        recursive: optional(request.optional_recursive_case, request.recursive != 0))
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_thing_groups_response__init) { response, arena in
      unsafe (response.n_thing_groups, response.thing_groups) = arena.thingGroups(page.items)
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
