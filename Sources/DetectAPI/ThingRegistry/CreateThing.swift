internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Registers a thing, or finds it registered.
  func createThing(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__create_thing_request__init) { request in
      unsafe CreateThing(
        thingName: text(request.thing_name), thingTypeName: optionalText(request.thing_type_name),
        attributePayload: optional(request.attribute_payload, AttributePayload.init),
        billingGroupName: optionalText(request.billing_group_name))
    }
    let thing = try await backend.perform(operation)
    return unsafe encode(detect__v1__create_thing_response__init) { response, arena in
      unsafe response.thing_name = arena.text(thing.thingName)
      unsafe response.thing_arn = arena.text(thing.thingARN)
      unsafe response.thing_id = arena.text(thing.thingID)
    }
  }
}
