internal import Detect

/// The operations that make things members of groups.
struct MembershipOperations: Sendable {
  let backend: Backend

  /// A thing and a group, each by its name, its ARN or both.
  private struct Members: Decodable {
    var thingGroupName: String?
    var thingGroupArn: String?
    var thingName: String?
    var thingArn: String?
    var overrideDynamicGroups: Bool?
  }

  /// Makes a thing a member of a group.
  func add(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let members = try request.members(as: Members.self)
    _ = try await backend.perform(
      AddThingToThingGroup(
        thingGroupName: members.thingGroupName, thingGroupARN: members.thingGroupArn,
        thingName: members.thingName, thingARN: members.thingArn,
        overrideDynamicGroups: members.overrideDynamicGroups ?? false))
    return noMembers
  }

  /// Ends a membership.
  func remove(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let members = try request.members(as: Members.self)
    _ = try await backend.perform(
      RemoveThingFromThingGroup(
        thingGroupName: members.thingGroupName, thingGroupARN: members.thingGroupArn,
        thingName: members.thingName, thingARN: members.thingArn))
    return noMembers
  }

  /// Joins and leaves several groups at once.
  func update(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var thingName: String?
      var thingGroupsToAdd: [String]?
      var thingGroupsToRemove: [String]?
      var overrideDynamicGroups: Bool?
    }
    let members = try request.members(as: Members.self)
    _ = try await backend.perform(
      UpdateThingGroupsForThing(
        thingName: members.thingName ?? "", thingGroupsToAdd: members.thingGroupsToAdd ?? [],
        thingGroupsToRemove: members.thingGroupsToRemove ?? [],
        overrideDynamicGroups: members.overrideDynamicGroups ?? false))
    return noMembers
  }

  /// Lists the members of a group.
  func listThings(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var things: [String]
      var nextToken: String?
    }
    let query = request.query
    let page = try await backend.perform(
      ListThingsInThingGroup(
        thingGroupName: request.label("thingGroupName"),
        recursive: try query.flag("recursive") ?? false, nextToken: query.text("nextToken"),
        maxResults: try query.integer("maxResults")))
    return try encode(Answer(things: page.items, nextToken: page.nextToken))
  }
}
