internal import Detect

/// `AttributePayload`.
struct AttributePayloadShape: Codable {
  var attributes: [String: String]?
  var merge: Bool?

  init(_ payload: AttributePayload) { attributes = payload.attributes }

  var payload: AttributePayload {
    AttributePayload(attributes: attributes ?? [:], merge: merge ?? false)
  }
}

/// `ThingGroupProperties`.
struct ThingGroupPropertiesShape: Codable {
  var thingGroupDescription: String?
  var attributePayload: AttributePayloadShape?

  init(_ properties: ThingGroupProperties) {
    thingGroupDescription = properties.thingGroupDescription
    attributePayload = properties.attributePayload.map(AttributePayloadShape.init)
  }

  var properties: ThingGroupProperties {
    ThingGroupProperties(
      thingGroupDescription: thingGroupDescription, attributePayload: attributePayload?.payload)
  }
}

/// `GroupNameAndArn`.
struct GroupNameAndArnShape: Encodable {
  var groupName: String
  var groupArn: String

  init(_ group: GroupNameAndARN) {
    groupName = group.groupName
    groupArn = group.groupARN
  }
}
