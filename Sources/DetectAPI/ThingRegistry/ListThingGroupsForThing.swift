internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Lists the groups that a thing is a direct member of.
  func listThingGroupsForThing(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(
      request, detect__v1__list_thing_groups_for_thing_request__init
    ) { request in
      unsafe ListThingGroupsForThing(
        thingName: text(request.thing_name), nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results))
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_thing_groups_for_thing_response__init) {
      response, arena in
      unsafe (response.n_thing_groups, response.thing_groups) = arena.thingGroups(page.items)
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
