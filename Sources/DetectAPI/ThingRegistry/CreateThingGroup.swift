internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Creates a group, or finds it created.
  func createThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__create_thing_group_request__init) {
      request in
      unsafe CreateThingGroup(
        thingGroupName: text(request.thing_group_name),
        parentGroupName: optionalText(request.parent_group_name),
        thingGroupProperties: optional(request.thing_group_properties, ThingGroupProperties.init),
        tags: list(request.tags, request.n_tags, Tag.init))
    }
    let group = try await backend.perform(operation)
    return unsafe encode(detect__v1__create_thing_group_response__init) { response, arena in
      unsafe response.thing_group_name = arena.text(group.thingGroupName)
      unsafe response.thing_group_arn = arena.text(group.thingGroupARN)
      unsafe response.thing_group_id = arena.text(group.thingGroupID)
    }
  }
}
