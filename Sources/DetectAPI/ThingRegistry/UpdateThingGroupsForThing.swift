internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Lets a thing join and leave groups in one step.
  func updateThingGroupsForThing(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(
      request, detect__v1__update_thing_groups_for_thing_request__init
    ) { request in
      unsafe UpdateThingGroupsForThing(
        thingName: text(request.thing_name),
        thingGroupsToAdd: texts(request.thing_groups_to_add, request.n_thing_groups_to_add),
        thingGroupsToRemove: texts(
          request.thing_groups_to_remove, request.n_thing_groups_to_remove),
        overrideDynamicGroups: request.override_dynamic_groups != 0)
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__update_thing_groups_for_thing_response__init) { _, _ in }
  }
}
