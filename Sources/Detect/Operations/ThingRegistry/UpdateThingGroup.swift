/// Changes a group and adds 1 to its version, even where nothing else changes (evidence.md U32).
package struct UpdateThingGroup: Operation, Hashable {
  package static let name = "UpdateThingGroup"

  package var thingGroupName: String
  /// Required.
  package var thingGroupProperties: ThingGroupProperties?
  package var expectedVersion: Int64?

  package init(
    thingGroupName: String, thingGroupProperties: ThingGroupProperties?,
    expectedVersion: Int64? = nil
  ) {
    self.thingGroupName = thingGroupName
    self.thingGroupProperties = thingGroupProperties
    self.expectedVersion = expectedVersion
  }

  /// What the update made.
  package struct Response: Hashable, Sendable {
    /// The version after the update.
    package var version: Int64

    package init(version: Int64) {
      self.version = version
    }
  }

  /// Changes the group.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is none of that name; `versionConflict`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    var group = try catalog.group(named: thingGroupName)
    guard let thingGroupProperties else {
      throw .invalidRequest("thingGroupProperties is required", field: "thingGroupProperties")
    }
    try Catalog.check(expectedVersion: expectedVersion, stored: group.version)
    try group.write(thingGroupProperties)
    group.version += 1
    return Decision(Response(version: group.version), changes: [.putGroup(group)])
  }
}
