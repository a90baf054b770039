internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Returns a thing.
  func describeThing(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__describe_thing_request__init) {
      request in
      unsafe DescribeThing(
        thingName: text(request.thing_name))
    }
    let thing = try await backend.perform(operation)
    return unsafe encode(detect__v1__describe_thing_response__init) { response, arena in
      unsafe response.default_client_id = arena.text(thing.defaultClientID)
      unsafe response.thing_name = arena.text(thing.thingName)
      unsafe response.thing_id = arena.text(thing.thingID)
      unsafe response.thing_arn = arena.text(thing.thingARN)
      unsafe response.thing_type_name = arena.text(thing.thingTypeName ?? "")
      unsafe (response.n_attributes, response.attributes) = arena.messages(
        thing.attributes.sorted { $0.key < $1.key },
        detect__v1__describe_thing_response__attributes_entry__init
      ) { attribute, entry, arena in
        unsafe entry.key = arena.text(attribute.key)
        unsafe entry.value = arena.text(attribute.value)
      }
      unsafe response.version = thing.version
      unsafe response.billing_group_name = arena.text(thing.billingGroupName ?? "")
    }
  }
}
