/// What describes a group.
package struct ThingGroupProperties: Hashable, Sendable {
  /// Up to 2028 characters. In an update, nil leaves it and an empty text removes it.
  package var thingGroupDescription: String?
  /// In an update, nil leaves the attributes.
  package var attributePayload: AttributePayload?

  package init(
    thingGroupDescription: String? = nil, attributePayload: AttributePayload? = nil
  ) {
    self.thingGroupDescription = thingGroupDescription
    self.attributePayload = attributePayload
  }
}

extension ThingGroup {
  private static let field = "thingGroupProperties"

  /// Writes the properties that are given; the others stay.
  ///
  /// - Throws: `invalidRequest` naming the field at fault.
  mutating func write(_ properties: ThingGroupProperties) throws(DetectError) {
    if let text = properties.thingGroupDescription {
      try FieldCheck.description(
        text, maximum: Limits.groupDescriptionCharacters,
        field: "\(Self.field).thingGroupDescription")
      description = text.isEmpty ? nil : text
    }
    if let payload = properties.attributePayload {
      attributes = try payload.applied(
        to: attributes, maximum: Limits.attributesWithType,
        field: "\(Self.field).attributePayload.attributes")
    }
  }
}

/// A group's name and ARN.
package struct GroupNameAndARN: Hashable, Sendable {
  package var groupName: String
  package var groupARN: String

  package init(groupName: String, groupARN: String) {
    self.groupName = groupName
    self.groupARN = groupARN
  }
}

extension Account {
  /// The ARN of a group.
  func arn(ofGroup name: String) -> String { arn(Target.thingGroup(name).resource) }

  /// The ARN of a thing.
  func arn(ofThing name: ThingName) -> String { arn("thing/\(name.text)") }

  /// A group by name and ARN.
  func nameAndARN(ofGroup name: String) -> GroupNameAndARN {
    GroupNameAndARN(groupName: name, groupARN: arn(ofGroup: name))
  }
}
