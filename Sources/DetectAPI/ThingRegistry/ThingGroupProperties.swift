internal import CDetectProto
internal import Detect

extension ThingGroupProperties {
  /// Properties as they were sent.
  init(_ message: Detect__V1__ThingGroupProperties) {
    unsafe self.init(
      thingGroupDescription: optional(
        message.optional_thing_group_description_case, text(message.thing_group_description)),
      attributePayload: optional(message.attribute_payload, AttributePayload.init))
  }
}

extension Arena {
  /// Properties.
  func thingGroupProperties(
    _ properties: ThingGroupProperties
  ) -> UnsafeMutablePointer<Detect__V1__ThingGroupProperties> {
    unsafe message(detect__v1__thing_group_properties__init) { message, arena in
      if let description = properties.thingGroupDescription {
        unsafe message.optional_thing_group_description_case =
          DETECT__V1__THING_GROUP_PROPERTIES__OPTIONAL_THING_GROUP_DESCRIPTION_THING_GROUP_DESCRIPTION
        unsafe message.thing_group_description = arena.text(description)
      }
      unsafe message.attribute_payload = arena.attributePayload(properties.attributePayload)
    }
  }

  /// The number and the messages of groups' names and ARNs.
  func thingGroups(
    _ groups: [GroupNameAndARN]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__GroupNameAndArn>?>?) {
    unsafe messages(groups, detect__v1__group_name_and_arn__init) { group, message, arena in
      unsafe message.group_name = arena.text(group.groupName)
      unsafe message.group_arn = arena.text(group.groupARN)
    }
  }
}
