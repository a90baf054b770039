/// Reads a group.
package struct DescribeThingGroup: Operation, Hashable {
  package static let name = "DescribeThingGroup"

  package var thingGroupName: String

  package init(thingGroupName: String) {
    self.thingGroupName = thingGroupName
  }

  /// The group as it is.
  package struct Response: Hashable, Sendable {
    package var thingGroupName: String
    package var thingGroupID: String
    package var thingGroupARN: String
    /// 1 when created, one more with every update.
    package var version: Int64
    package var thingGroupProperties: ThingGroupProperties
    package var thingGroupMetadata: ThingGroupMetadata

    package init(
      thingGroupName: String, thingGroupID: String, thingGroupARN: String, version: Int64,
      thingGroupProperties: ThingGroupProperties, thingGroupMetadata: ThingGroupMetadata
    ) {
      self.thingGroupName = thingGroupName
      self.thingGroupID = thingGroupID
      self.thingGroupARN = thingGroupARN
      self.version = version
      self.thingGroupProperties = thingGroupProperties
      self.thingGroupMetadata = thingGroupMetadata
    }
  }

  /// Reads the group.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is none of that name.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    let group = try catalog.group(named: thingGroupName)
    let account = catalog.account
    let attributes =
      group.attributes.isEmpty ? nil : AttributePayload(attributes: group.attributes)
    return Decision(
      Response(
        thingGroupName: group.name, thingGroupID: group.id,
        thingGroupARN: account.arn(ofGroup: group.name), version: group.version,
        thingGroupProperties: ThingGroupProperties(
          thingGroupDescription: group.description, attributePayload: attributes),
        thingGroupMetadata: ThingGroupMetadata(
          parentGroupName: group.parent,
          rootToParentThingGroups: catalog.ancestors(ofGroup: group.name).reversed().map(
            account.nameAndARN(ofGroup:)),
          creationDate: group.creationDate)))
  }
}

/// Where a group stands.
package struct ThingGroupMetadata: Hashable, Sendable {
  package var parentGroupName: String?
  /// From the topmost group down to the parent.
  package var rootToParentThingGroups: [GroupNameAndARN]
  /// Milliseconds since the epoch.
  package var creationDate: Int64

  package init(
    parentGroupName: String?, rootToParentThingGroups: [GroupNameAndARN], creationDate: Int64
  ) {
    self.parentGroupName = parentGroupName
    self.rootToParentThingGroups = rootToParentThingGroups
    self.creationDate = creationDate
  }
}
