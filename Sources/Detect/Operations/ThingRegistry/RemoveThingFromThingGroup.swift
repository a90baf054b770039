/// Ends a thing's membership in a group. Ending what is not there succeeds.
package struct RemoveThingFromThingGroup: Operation, Hashable {
  package static let name = "RemoveThingFromThingGroup"

  package var thingGroupName: String?
  package var thingGroupARN: String?
  package var thingName: String?
  package var thingARN: String?

  package init(
    thingGroupName: String? = nil, thingGroupARN: String? = nil, thingName: String? = nil,
    thingARN: String? = nil
  ) {
    self.thingGroupName = thingGroupName
    self.thingGroupARN = thingGroupARN
    self.thingName = thingName
    self.thingARN = thingARN
  }

  /// Removes the thing.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such thing or group.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    let group = try catalog.group(named: thingGroupName, orARN: thingGroupARN)
    let thing = try catalog.thing(named: thingName, orARN: thingARN)
    return Decision(
      Empty(), changes: try catalog.changes(of: thing.name, leaving: [group.name], joining: []))
  }
}
