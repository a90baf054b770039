/// Changes a thing and adds 1 to its version, even where nothing else changes (evidence.md U32).
package struct UpdateThing: Operation, Hashable {
  package static let name = "UpdateThing"

  package var thingName: String
  /// Nil leaves the type.
  package var thingTypeName: String?
  /// Nil leaves the attributes.
  package var attributePayload: AttributePayload?
  package var expectedVersion: Int64?
  /// Whether the thing has no type afterwards. Not together with `thingTypeName`.
  package var removeThingType: Bool

  package init(
    thingName: String, thingTypeName: String? = nil, attributePayload: AttributePayload? = nil,
    expectedVersion: Int64? = nil, removeThingType: Bool = false
  ) {
    self.thingName = thingName
    self.thingTypeName = thingTypeName
    self.attributePayload = attributePayload
    self.expectedVersion = expectedVersion
    self.removeThingType = removeThingType
  }

  /// Changes the thing.
  ///
  /// A thing that loses its type may keep only as many attributes as a thing without one may have.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is none of that name; `versionConflict`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(thingName, field: "thingName")
    try FieldCheck.name(thingTypeName, field: "thingTypeName")
    guard !removeThingType || thingTypeName == nil else {
      throw .invalidRequest(
        "removeThingType and thingTypeName exclude each other", field: "removeThingType")
    }
    var thing = try catalog.thing(named: thingName)
    try Catalog.check(expectedVersion: expectedVersion, stored: thing.version)
    thing.typeName = removeThingType ? nil : thingTypeName ?? thing.typeName
    let payload = attributePayload ?? AttributePayload(merge: true)
    thing.attributes = try payload.applied(
      to: thing.attributes, maximum: Thing.attributesAllowed(typeName: thing.typeName),
      field: "attributePayload.attributes")
    thing.version += 1
    return Decision(Empty(), changes: [.putThing(thing)])
  }
}
