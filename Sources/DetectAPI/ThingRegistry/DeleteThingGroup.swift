internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Deletes a group.
  func deleteThingGroup(_ request: [UInt8]) async throws(RPCStatus)
    -> [UInt8]
  {
    let operation = try unsafe decode(request, detect__v1__delete_thing_group_request__init) {
      request in
      unsafe DeleteThingGroup(
        thingGroupName: text(request.thing_group_name),
        expectedVersion: optionalNumber(request.expected_version))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__delete_thing_group_response__init) { _, _ in }
  }
}
