/// Deletes a thing and its memberships. A thing that is not there is deleted already.
package struct DeleteThing: Operation, Hashable {
  package static let name = "DeleteThing"

  package var thingName: String
  package var expectedVersion: Int64?

  package init(thingName: String, expectedVersion: Int64? = nil) {
    self.thingName = thingName
    self.expectedVersion = expectedVersion
  }

  /// Deletes the thing.
  ///
  /// - Throws: `invalidRequest`; `versionConflict`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(thingName, field: "thingName")
    guard let thing = catalog.things[ThingName(thingName)] else { return Decision(Empty()) }
    try Catalog.check(expectedVersion: expectedVersion, stored: thing.version)
    let leaves = catalog.groups(ofThing: thing.name).elements.map {
      Change.leave(thing.name, group: $0)
    }
    return Decision(Empty(), changes: leaves + [.removeThing(thing.name)])
  }
}
