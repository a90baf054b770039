internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Changes a group.
  func updateThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__update_thing_group_request__init) {
      request in
      unsafe UpdateThingGroup(
        thingGroupName: text(request.thing_group_name),
        thingGroupProperties: optional(request.thing_group_properties, ThingGroupProperties.init),
        expectedVersion: optionalNumber(request.expected_version))
    }
    let group = try await backend.perform(operation)
    return unsafe encode(detect__v1__update_thing_group_response__init) { response, arena in
      unsafe response.version = group.version
    }
  }
}
