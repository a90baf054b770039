internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Lists the members of a group.
  func listThingsInThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__list_things_in_thing_group_request__init)
    {
      request in
      unsafe ListThingsInThingGroup(
        thingGroupName: text(request.thing_group_name), recursive: request.recursive != 0,
        nextToken: optionalText(request.next_token), maxResults: optionalNumber(request.max_results)
      )
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_things_in_thing_group_response__init) { response, arena in
      unsafe (response.n_things, response.things) = arena.texts(page.items)
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
