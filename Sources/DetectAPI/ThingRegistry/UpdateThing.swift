internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Changes a thing.
  func updateThing(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__update_thing_request__init) { request in
      unsafe UpdateThing(
        thingName: text(request.thing_name), thingTypeName: optionalText(request.thing_type_name),
        attributePayload: optional(request.attribute_payload, AttributePayload.init),
        expectedVersion: optionalNumber(request.expected_version),
        removeThingType: request.remove_thing_type != 0)
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__update_thing_response__init) { _, _ in }
  }
}
