/// Creates a group, below another one if a parent is named.
///
/// A repetition succeeds with the identifier of the first call as long as the group still is what is
/// asked for, its tags included.
package struct CreateThingGroup: Operation, Hashable {
  package static let name = "CreateThingGroup"

  package var thingGroupName: String
  /// The group above, for ever.
  package var parentGroupName: String?
  package var thingGroupProperties: ThingGroupProperties?
  package var tags: [Tag]

  package init(
    thingGroupName: String, parentGroupName: String? = nil,
    thingGroupProperties: ThingGroupProperties? = nil, tags: [Tag] = []
  ) {
    self.thingGroupName = thingGroupName
    self.parentGroupName = parentGroupName
    self.thingGroupProperties = thingGroupProperties
    self.tags = tags
  }

  /// The group that exists now.
  package struct Response: Hashable, Sendable {
    package var thingGroupName: String
    package var thingGroupARN: String
    package var thingGroupID: String

    package init(thingGroupName: String, thingGroupARN: String, thingGroupID: String) {
      self.thingGroupName = thingGroupName
      self.thingGroupARN = thingGroupARN
      self.thingGroupID = thingGroupID
    }
  }

  /// Creates the group, or finds it created.
  ///
  /// - Throws: `invalidRequest`; `alreadyExists` where the name is taken by a group with other content;
  ///   `notFound` where there is no such parent; `limitExceeded` for a group, a level or a child too many.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    try FieldCheck.name(thingGroupName, field: "thingGroupName")
    try FieldCheck.name(parentGroupName, field: "parentGroupName")
    try FieldCheck.tags(tags)
    var group = ThingGroup(
      name: thingGroupName, id: moment.identifier, parent: parentGroupName,
      creationDate: moment.now)
    if let thingGroupProperties { try group.write(thingGroupProperties) }

    let resource = Target.thingGroup(thingGroupName).resource
    let arn = catalog.account.arn(resource)
    let sorted = tags.sorted { $0.key < $1.key }
    if let existing = catalog.groups[thingGroupName] {
      group.id = existing.id
      group.version = existing.version
      group.creationDate = existing.creationDate
      guard group == existing, sorted == catalog.tags[resource] ?? [] else {
        throw .alreadyExists(
          "thing group \(thingGroupName) already exists with different content",
          resourceID: existing.id, resourceARN: arn)
      }
    }
    let response = Response(
      thingGroupName: thingGroupName, thingGroupARN: arn, thingGroupID: group.id)
    guard catalog.groups[thingGroupName] == nil else { return Decision(response) }
    try checkPlace(in: catalog)
    let tagging: [Change] = tags.isEmpty ? [] : [.putTags(resource: resource, sorted)]
    return Decision(response, changes: [.putGroup(group)] + tagging)
  }

  /// Checks that there is room for one more group, and below the parent.
  private func checkPlace(in catalog: Catalog) throws(DetectError) {
    guard catalog.groups.count < Limits.thingGroups else {
      throw .limitExceeded("there are \(Limits.thingGroups) thing groups already")
    }
    guard let parentGroupName else { return }
    let parent = try catalog.group(named: parentGroupName, field: "parentGroupName")
    let level = catalog.ancestors(ofGroup: parent.name).count + 2
    guard level <= Limits.groupDepth else {
      throw .limitExceeded(
        "a group below \(parent.name) would be at level \(level) of \(Limits.groupDepth)")
    }
    guard catalog.children(ofGroup: parent.name).count < Limits.childrenPerGroup else {
      throw .limitExceeded(
        "thing group \(parent.name) has \(Limits.childrenPerGroup) child groups already")
    }
  }
}
