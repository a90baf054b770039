internal import Detect

/// The operations on thing groups.
struct ThingGroupOperations: Sendable {
  let backend: Backend

  /// Creates a group.
  func create(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var parentGroupName: String?
      var thingGroupProperties: ThingGroupPropertiesShape?
      var tags: [TagShape]?
    }
    struct Answer: Encodable {
      var thingGroupName: String
      var thingGroupArn: String
      var thingGroupId: String
    }
    let members = try request.members(as: Members.self)
    let group = try await backend.perform(
      CreateThingGroup(
        thingGroupName: request.label("thingGroupName"), parentGroupName: members.parentGroupName,
        thingGroupProperties: members.thingGroupProperties?.properties,
        tags: members.tags?.map(\.tag) ?? []))
    return try encode(
      Answer(
        thingGroupName: group.thingGroupName, thingGroupArn: group.thingGroupARN,
        thingGroupId: group.thingGroupID))
  }

  /// Returns a group and the way to it.
  func describe(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Metadata: Encodable {
      var parentGroupName: String?
      var rootToParentThingGroups: [GroupNameAndArnShape]
      var creationDate: Double
    }
    struct Answer: Encodable {
      var thingGroupName: String
      var thingGroupId: String
      var thingGroupArn: String
      var version: Int64
      var thingGroupProperties: ThingGroupPropertiesShape
      var thingGroupMetadata: Metadata
    }
    let group = try await backend.perform(
      DescribeThingGroup(thingGroupName: request.label("thingGroupName")))
    let metadata = group.thingGroupMetadata
    return try encode(
      Answer(
        thingGroupName: group.thingGroupName, thingGroupId: group.thingGroupID,
        thingGroupArn: group.thingGroupARN, version: group.version,
        thingGroupProperties: ThingGroupPropertiesShape(group.thingGroupProperties),
        thingGroupMetadata: Metadata(
          parentGroupName: metadata.parentGroupName,
          rootToParentThingGroups: metadata.rootToParentThingGroups.map(
            GroupNameAndArnShape.init), creationDate: timestamp(metadata.creationDate))))
  }

  /// Changes a group.
  func update(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var thingGroupProperties: ThingGroupPropertiesShape?
      var expectedVersion: Int64?
    }
    struct Answer: Encodable {
      var version: Int64
    }
    let members = try request.members(as: Members.self)
    let group = try await backend.perform(
      UpdateThingGroup(
        thingGroupName: request.label("thingGroupName"),
        thingGroupProperties: members.thingGroupProperties?.properties,
        expectedVersion: members.expectedVersion))
    return try encode(Answer(version: group.version))
  }

  /// Deletes a group.
  func delete(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(
      DeleteThingGroup(
        thingGroupName: request.label("thingGroupName"),
        expectedVersion: try request.query.integer("expectedVersion")))
    return noMembers
  }

  /// Lists groups.
  func list(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let query = request.query
    let page = try await backend.perform(
      ListThingGroups(
        nextToken: query.text("nextToken"), maxResults: try query.integer("maxResults"),
        parentGroup: query.text("parentGroup"), namePrefixFilter: query.text("namePrefixFilter"),
        recursive: try query.flag("recursive")))
    return try encode(ThingGroupList(page))
  }

  /// Lists the groups of a thing.
  func listForThing(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let page = try await backend.perform(
      ListThingGroupsForThing(
        thingName: request.label("thingName"), nextToken: request.query.text("nextToken"),
        maxResults: try request.query.integer("maxResults")))
    return try encode(ThingGroupList(page))
  }
}

/// The answer of both lists of groups.
private struct ThingGroupList: Encodable {
  var thingGroups: [GroupNameAndArnShape]
  var nextToken: String?

  init(_ page: Page<GroupNameAndARN>) {
    thingGroups = page.items.map(GroupNameAndArnShape.init)
    nextToken = page.nextToken
  }
}
