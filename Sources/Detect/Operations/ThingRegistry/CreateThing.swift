/// Registers a thing.
///
/// A repetition succeeds with the identifier of the first call as long as the thing still is what is
/// asked for. There are no thing types and billing groups to look up: their names are kept and echoed.
package struct CreateThing: Operation, Hashable {
  package static let name = "CreateThing"

  package var thingName: String
  package var thingTypeName: String?
  package var attributePayload: AttributePayload?
  package var billingGroupName: String?

  package init(
    thingName: String, thingTypeName: String? = nil, attributePayload: AttributePayload? = nil,
    billingGroupName: String? = nil
  ) {
    self.thingName = thingName
    self.thingTypeName = thingTypeName
    self.attributePayload = attributePayload
    self.billingGroupName = billingGroupName
  }

  /// The thing that exists now.
  package struct Response: Hashable, Sendable {
    package var thingName: String
    package var thingARN: String
    package var thingID: String

    package init(thingName: String, thingARN: String, thingID: String) {
      self.thingName = thingName
      self.thingARN = thingARN
      self.thingID = thingID
    }
  }

  /// Registers the thing, or finds it registered.
  ///
  /// - Throws: `invalidRequest`; `alreadyExists` where the name is taken by a thing with other content;
  ///   `limitExceeded` past the number of things there may be.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    try FieldCheck.name(thingName, field: "thingName")
    try FieldCheck.name(thingTypeName, field: "thingTypeName")
    try FieldCheck.name(billingGroupName, field: "billingGroupName")
    let attributes = try attributePayload?.applied(
      to: [:], maximum: Thing.attributesAllowed(typeName: thingTypeName),
      field: "attributePayload.attributes")
    var thing = Thing(
      name: ThingName(thingName), id: moment.identifier, typeName: thingTypeName,
      attributes: attributes ?? [:], billingGroupName: billingGroupName)
    let arn = catalog.account.arn(ofThing: thing.name)
    if let existing = catalog.things[thing.name] {
      thing.id = existing.id
      thing.version = existing.version
      guard thing == existing else {
        throw .alreadyExists(
          "thing \(thingName) already exists with different content", resourceID: existing.id,
          resourceARN: arn)
      }
    } else if catalog.things.count >= catalog.settings.thingCapacity {
      throw .limitExceeded("there are \(catalog.settings.thingCapacity) things already")
    }
    let response = Response(thingName: thingName, thingARN: arn, thingID: thing.id)
    return Decision(response, changes: catalog.things[thing.name] == nil ? [.putThing(thing)] : [])
  }
}
