internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Ends a thing's membership in a group.
  func removeThingFromThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(
      request, detect__v1__remove_thing_from_thing_group_request__init
    ) { request in
      unsafe RemoveThingFromThingGroup(
        thingGroupName: optionalText(request.thing_group_name),
        thingGroupARN: optionalText(request.thing_group_arn),
        thingName: optionalText(request.thing_name), thingARN: optionalText(request.thing_arn))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__remove_thing_from_thing_group_response__init) { _, _ in }
  }
}
