internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Returns a group.
  func describeThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__describe_thing_group_request__init) {
      request in
      unsafe DescribeThingGroup(
        thingGroupName: text(request.thing_group_name))
    }
    let group = try await backend.perform(operation)
    return unsafe encode(detect__v1__describe_thing_group_response__init) { response, arena in
      unsafe response.thing_group_name = arena.text(group.thingGroupName)
      unsafe response.thing_group_id = arena.text(group.thingGroupID)
      unsafe response.thing_group_arn = arena.text(group.thingGroupARN)
      unsafe response.version = group.version
      unsafe response.thing_group_properties = arena.thingGroupProperties(
        group.thingGroupProperties)
      unsafe response.thing_group_metadata = arena.message(
        detect__v1__thing_group_metadata__init
      ) { message, arena in
        let metadata = group.thingGroupMetadata
        unsafe message.parent_group_name = arena.text(metadata.parentGroupName ?? "")
        unsafe (message.n_root_to_parent_thing_groups, message.root_to_parent_thing_groups) =
          arena.thingGroups(metadata.rootToParentThingGroups)
        unsafe message.creation_date = metadata.creationDate
      }
    }
  }
}
