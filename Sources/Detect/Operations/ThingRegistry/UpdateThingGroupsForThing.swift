/// Lets a thing join and leave groups in one step; either all of it happens or nothing.
package struct UpdateThingGroupsForThing: Operation, Hashable {
  package static let name = "UpdateThingGroupsForThing"

  package var thingName: String
  /// Groups to join. None of them may be in `thingGroupsToRemove`.
  package var thingGroupsToAdd: [String]
  /// Groups to leave; the places they free are free for the groups to join.
  package var thingGroupsToRemove: [String]
  /// There are no dynamic groups: without effect.
  package var overrideDynamicGroups: Bool

  package init(
    thingName: String, thingGroupsToAdd: [String] = [], thingGroupsToRemove: [String] = [],
    overrideDynamicGroups: Bool = false
  ) {
    self.thingName = thingName
    self.thingGroupsToAdd = thingGroupsToAdd
    self.thingGroupsToRemove = thingGroupsToRemove
    self.overrideDynamicGroups = overrideDynamicGroups
  }

  /// Moves the thing.
  ///
  /// - Throws: `invalidRequest`, also for a group in both lists or a second group of one hierarchy;
  ///   `notFound` where there is no such thing or group; `limitExceeded` for a group too many.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    let thing = try catalog.thing(named: thingName)
    for (index, name) in thingGroupsToAdd.enumerated() {
      _ = try catalog.group(named: name, field: "thingGroupsToAdd[\(index)]")
    }
    let joining = Set(thingGroupsToAdd)
    for (index, name) in thingGroupsToRemove.enumerated() {
      let field = "thingGroupsToRemove[\(index)]"
      _ = try catalog.group(named: name, field: field)
      guard !joining.contains(name) else {
        throw .invalidRequest("\(name) is in thingGroupsToAdd as well", field: field)
      }
    }
    return Decision(
      Empty(),
      changes: try catalog.changes(
        of: thing.name, leaving: Set(thingGroupsToRemove), joining: joining))
  }
}
