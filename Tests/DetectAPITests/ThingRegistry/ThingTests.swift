@testable import DetectAPI
import RPC
import Testing

@Suite struct ThingTests {
  private static let attributes: Value = [
    ["key": "floor", "value": "2"], ["key": "room", "value": "17"],
  ]

  private func create(_ api: TestAPI, _ name: String) async throws -> Value {
    try await api.call(
      "ThingRegistry/CreateThing",
      [
        "thing_name": .text(name), "thing_type_name": "Lamp", "billing_group_name": "B",
        "attribute_payload": ["attributes": Self.attributes],
      ])
  }

  @Test func `A thing comes back as it was written`() async throws {
    let api = try TestAPI()
    let created = try await create(api, "lamp")
    let id = try #require(created["thing_id"])
    #expect(
      created == ["thing_name": "lamp", "thing_arn": Sample.arn("thing/lamp"), "thing_id": id])
    #expect(try await create(api, "lamp") == created)
    #expect(
      try await api.call("ThingRegistry/DescribeThing", ["thing_name": "lamp"]) == [
        "default_client_id": "lamp", "thing_name": "lamp", "thing_id": id,
        "thing_arn": Sample.arn("thing/lamp"), "thing_type_name": "Lamp",
        "attributes": Self.attributes, "version": 1, "billing_group_name": "B",
      ])
  }

  @Test func `Of an attribute that is sent twice the last counts`() async throws {
    let api = try TestAPI()
    _ = try await api.call(
      "ThingRegistry/CreateThing",
      [
        "thing_name": "lamp",
        "attribute_payload": [
          "attributes": [["key": "a", "value": "1"], ["key": "a", "value": "2"]]
        ],
      ])
    let thing = try await api.call("ThingRegistry/DescribeThing", ["thing_name": "lamp"])
    #expect(thing["attributes"] == [["key": "a", "value": "2"]])
  }

  @Test func `An update merges or replaces, and counts`() async throws {
    let api = try TestAPI()
    _ = try await create(api, "lamp")
    let merged: Value = [
      "thing_name": "lamp", "expected_version": 1,
      "attribute_payload": ["attributes": [["key": "room", "value": "18"]], "merge": true],
    ]
    #expect(try await api.call("ThingRegistry/UpdateThing", merged) == [:])
    var thing = try await api.call("ThingRegistry/DescribeThing", ["thing_name": "lamp"])
    #expect(
      thing["attributes"] == [["key": "floor", "value": "2"], ["key": "room", "value": "18"]])
    #expect(thing["version"] == 2)

    _ = try await api.call(
      "ThingRegistry/UpdateThing",
      ["thing_name": "lamp", "attribute_payload": [:], "remove_thing_type": true])
    thing = try await api.call("ThingRegistry/DescribeThing", ["thing_name": "lamp"])
    #expect(thing["attributes"] == nil && thing["thing_type_name"] == nil)
    #expect(try await api.fault("ThingRegistry/UpdateThing", merged).code == .aborted)
  }

  @Test func `Things are listed by name, attribute and type`() async throws {
    let api = try TestAPI()
    _ = try await create(api, "b")
    _ = try await create(api, "a")
    _ = try await api.call("ThingRegistry/CreateThing", ["thing_name": "c"])
    let listed = try await api.call(
      "ThingRegistry/ListThings",
      [
        "thing_type_name": "Lamp", "attribute_name": "room", "attribute_value": "1",
        "use_prefix_attribute_value": true, "max_results": 1,
      ])
    #expect(
      listed["things"] == [
        [
          "thing_name": "a", "thing_type_name": "Lamp", "thing_arn": Sample.arn("thing/a"),
          "attributes": Self.attributes, "version": 1,
        ]
      ])
    #expect(listed["next_token"] != nil)
    let all = try await api.call("ThingRegistry/ListThings", [:])
    #expect(all["things"]?[2]?["thing_name"] == "c")
    #expect(all["next_token"] == nil)
  }

  @Test func `Deleting twice succeeds`() async throws {
    let api = try TestAPI()
    _ = try await create(api, "lamp")
    for _ in 1...2 {
      #expect(try await api.call("ThingRegistry/DeleteThing", ["thing_name": "lamp"]) == [:])
    }
    let fault = try await api.fault("ThingRegistry/DescribeThing", ["thing_name": "lamp"])
    #expect(fault.code == .notFound)
  }
}
