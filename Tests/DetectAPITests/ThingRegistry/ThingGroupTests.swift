@testable import DetectAPI
import RPC
import Testing

@Suite struct ThingGroupTests {
  /// Two groups, one below the other, and a thing.
  private func house() async throws -> TestAPI {
    let api = try TestAPI()
    for (name, parent) in [("House", ""), ("Kitchen", "House")] {
      _ = try await api.call(
        "ThingRegistry/CreateThingGroup",
        [
          "thing_group_name": .text(name), "parent_group_name": .text(parent),
          "thing_group_properties": [
            "thing_group_description": "d",
            "attribute_payload": ["attributes": [["key": "a", "value": "1"]]],
          ],
          "tags": [["key": "k", "value": "v"]],
        ])
    }
    _ = try await api.call("ThingRegistry/CreateThing", ["thing_name": "lamp"])
    return api
  }

  private static let membership: Value = ["thing_group_name": "Kitchen", "thing_name": "lamp"]

  @Test func `A group comes back with the way to it`() async throws {
    let api = try await house()
    let group = try await api.call(
      "ThingRegistry/DescribeThingGroup", ["thing_group_name": "Kitchen"])
    #expect(
      group == [
        "thing_group_name": "Kitchen", "thing_group_arn": Sample.arn("thinggroup/Kitchen"),
        "thing_group_id": try #require(group["thing_group_id"]), "version": 1,
        "thing_group_properties": [
          "thing_group_description": "d",
          "attribute_payload": ["attributes": [["key": "a", "value": "1"]]],
        ],
        "thing_group_metadata": [
          "parent_group_name": "House", "creation_date": .number(api.now),
          "root_to_parent_thing_groups": [
            ["group_name": "House", "group_arn": Sample.arn("thinggroup/House")]
          ],
        ],
      ])
  }

  @Test func `A description stays when it is not set, and goes when it is empty`() async throws {
    let api = try await house()
    for (properties, expected) in [([:], "d"), (["thing_group_description": ""], nil)]
      as [(Value, Value?)]
    {
      _ = try await api.call(
        "ThingRegistry/UpdateThingGroup",
        ["thing_group_name": "House", "thing_group_properties": properties])
      let group = try await api.call(
        "ThingRegistry/DescribeThingGroup", ["thing_group_name": "House"])
      #expect(group["thing_group_properties"]?["thing_group_description"] ?? "" == expected ?? "")
    }
    let updated = try await api.call(
      "ThingRegistry/UpdateThingGroup",
      ["thing_group_name": "House", "thing_group_properties": [:], "expected_version": 3])
    #expect(updated == ["version": 4])
    let missing = try await api.fault(
      "ThingRegistry/UpdateThingGroup", ["thing_group_name": "House"])
    #expect(missing.field == "thing_group_properties")
  }

  @Test func `Groups are listed with and without those below`() async throws {
    let api = try await house()
    func names(_ request: Value) async throws -> [Value?] {
      let listed = try await api.call("ThingRegistry/ListThingGroups", request)
      guard case .list(let groups) = listed["thing_groups"] ?? [] else { return [] }
      return groups.map { $0["group_name"] }
    }
    #expect(try await names([:]) == ["House", "Kitchen"])
    #expect(try await names(["recursive": false]) == ["House"])
    #expect(try await names(["parent_group": "House"]) == ["Kitchen"])
    #expect(try await names(["name_prefix_filter": "K"]) == ["Kitchen"])
  }

  @Test func `A thing joins and leaves by name and by ARN`() async throws {
    let api = try await house()
    #expect(try await api.call("ThingRegistry/AddThingToThingGroup", Self.membership) == [:])
    let groups = try await api.call(
      "ThingRegistry/ListThingGroupsForThing", ["thing_name": "lamp"])
    #expect(groups["thing_groups"]?[0]?["group_name"] == "Kitchen")
    #expect(
      try await api.call(
        "ThingRegistry/ListThingsInThingGroup", ["thing_group_name": "House", "recursive": true])
        == ["things": ["lamp"]])
    #expect(
      try await api.call("ThingRegistry/ListThingsInThingGroup", ["thing_group_name": "House"])
        == [:])
    #expect(
      try await api.call(
        "ThingRegistry/RemoveThingFromThingGroup",
        [
          "thing_group_arn": Sample.arn("thinggroup/Kitchen"),
          "thing_arn": Sample.arn("thing/lamp"),
        ]) == [:])
    #expect(
      try await api.call("ThingRegistry/ListThingGroupsForThing", ["thing_name": "lamp"]) == [:])
  }

  @Test func `A thing moves in one step`() async throws {
    let api = try await house()
    _ = try await api.call("ThingRegistry/AddThingToThingGroup", Self.membership)
    #expect(
      try await api.call(
        "ThingRegistry/UpdateThingGroupsForThing",
        [
          "thing_name": "lamp", "thing_groups_to_add": ["House"],
          "thing_groups_to_remove": ["Kitchen"], "override_dynamic_groups": true,
        ]) == [:])
    let groups = try await api.call(
      "ThingRegistry/ListThingGroupsForThing", ["thing_name": "lamp", "max_results": 1])
    #expect(groups["thing_groups"]?[0]?["group_name"] == "House")
  }

  @Test func `A group with groups below it stays`() async throws {
    let api = try await house()
    let fault = try await api.fault(
      "ThingRegistry/DeleteThingGroup", ["thing_group_name": "House"])
    #expect(fault.code == .invalidArgument)
    for name in ["Kitchen", "House", "House"] {
      #expect(
        try await api.call(
          "ThingRegistry/DeleteThingGroup", ["thing_group_name": .text(name)]) == [:])
    }
  }

  @Test func `Tags are written, listed and removed`() async throws {
    let api = try await house()
    let arn = Sample.arn("thinggroup/House")
    #expect(
      try await api.call(
        "ThingRegistry/TagResource",
        ["resource_arn": arn, "tags": [["key": "a"], ["key": "k", "value": "w"]]]) == [:])
    #expect(
      try await api.call("ThingRegistry/ListTagsForResource", ["resource_arn": arn]) == [
        "tags": [["key": "a"], ["key": "k", "value": "w"]]
      ])
    #expect(
      try await api.call(
        "ThingRegistry/UntagResource", ["resource_arn": arn, "tag_keys": ["k", "other"]]) == [:])
    #expect(
      try await api.call("ThingRegistry/ListTagsForResource", ["resource_arn": arn]) == [
        "tags": [["key": "a"]]
      ])
  }
}
