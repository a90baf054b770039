/// Makes a thing a member of a group. Doing it twice succeeds.
package struct AddThingToThingGroup: Operation, Hashable {
  package static let name = "AddThingToThingGroup"

  package var thingGroupName: String?
  package var thingGroupARN: String?
  package var thingName: String?
  package var thingARN: String?
  /// There are no dynamic groups: without effect.
  package var overrideDynamicGroups: Bool

  package init(
    thingGroupName: String? = nil, thingGroupARN: String? = nil, thingName: String? = nil,
    thingARN: String? = nil, overrideDynamicGroups: Bool = false
  ) {
    self.thingGroupName = thingGroupName
    self.thingGroupARN = thingGroupARN
    self.thingName = thingName
    self.thingARN = thingARN
    self.overrideDynamicGroups = overrideDynamicGroups
  }

  /// Adds the thing.
  ///
  /// - Throws: `invalidRequest`, also where the thing is in another group of the same hierarchy;
  ///   `notFound` where there is no such thing or group; `limitExceeded` for a group too many.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    let group = try catalog.group(named: thingGroupName, orARN: thingGroupARN)
    let thing = try catalog.thing(named: thingName, orARN: thingARN)
    return Decision(
      Empty(), changes: try catalog.changes(of: thing.name, leaving: [], joining: [group.name]))
  }
}
