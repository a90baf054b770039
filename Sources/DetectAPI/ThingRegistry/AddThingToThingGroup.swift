internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Makes a thing a member of a group.
  func addThingToThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__add_thing_to_thing_group_request__init) {
      request in
      unsafe AddThingToThingGroup(
        thingGroupName: optionalText(request.thing_group_name),
        thingGroupARN: optionalText(request.thing_group_arn),
        thingName: optionalText(request.thing_name), thingARN: optionalText(request.thing_arn),
        overrideDynamicGroups: request.override_dynamic_groups != 0)
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__add_thing_to_thing_group_response__init) { _, _ in }
  }
}
