internal import CDetectProto
internal import Detect
internal import RPC

extension ThingRegistryMethods {
  /// Lists the things.
  func listThings(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__list_things_request__init) { request in
      unsafe ListThings(
        nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results),
        attributeName: optionalText(request.attribute_name),
        attributeValue: optionalText(request.attribute_value),
        thingTypeName: optionalText(request.thing_type_name),
        usePrefixAttributeValue: request.use_prefix_attribute_value != 0)
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_things_response__init) { response, arena in
      unsafe (response.n_things, response.things) = arena.messages(
        page.items, detect__v1__thing_attribute__init
      ) { thing, message, arena in
        unsafe message.thing_name = arena.text(thing.thingName)
        unsafe message.thing_type_name = arena.text(thing.thingTypeName ?? "")
        unsafe message.thing_arn = arena.text(thing.thingARN)
        unsafe (message.n_attributes, message.attributes) = arena.messages(
          thing.attributes.sorted { $0.key < $1.key },
          detect__v1__thing_attribute__attributes_entry__init
        ) { attribute, entry, arena in
          unsafe entry.key = arena.text(attribute.key)
          unsafe entry.value = arena.text(attribute.value)
        }
        unsafe message.version = thing.version
      }
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
