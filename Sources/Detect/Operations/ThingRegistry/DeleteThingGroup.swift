/// Deletes a group without groups below it. A group that is not there is deleted already.
package struct DeleteThingGroup: Operation, Hashable {
  package static let name = "DeleteThingGroup"

  package var thingGroupName: String
  package var expectedVersion: Int64?

  package init(thingGroupName: String, expectedVersion: Int64? = nil) {
    self.thingGroupName = thingGroupName
    self.expectedVersion = expectedVersion
  }

  /// Deletes the group, its memberships, its attachments and its tags. A group of many things loses them part by
  /// part before it goes; what has become of it in between may end the operation.
  ///
  /// - Throws: `invalidRequest`, also where there are groups below it; `versionConflict`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(thingGroupName, field: "thingGroupName")
    guard let group = catalog.groups[thingGroupName] else { return Decision(Empty()) }
    try Catalog.check(expectedVersion: expectedVersion, stored: group.version)
    guard catalog.children(ofGroup: group.name).isEmpty else {
      throw .invalidRequest(
        "Cannot delete thing group : \(group.name) when there are still child groups attached to it.",
        field: "thingGroupName")
    }
    let target = Target.thingGroup(group.name)
    let members = catalog.things(inGroup: group.name)
    var changes: [Change] = []
    members.visit(after: nil) { thing in
      changes.append(.leave(thing, group: group.name))
      return changes.count < Limits.membersLeavingAtOnce
    }
    guard changes.count == members.count else {
      return Decision(Empty(), changes: changes, isPart: true)
    }
    changes += catalog.profiles(attachedTo: target).elements.map { .detach(profile: $0, target) }
    if catalog.tags[target.resource] != nil {
      changes.append(.putTags(resource: target.resource, []))
    }
    changes.append(.removeGroup(group.name))
    return Decision(Empty(), changes: changes)
  }
}
