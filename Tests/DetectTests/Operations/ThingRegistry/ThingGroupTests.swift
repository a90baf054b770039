import Detect
import Testing

/// CreateThingGroup, DescribeThingGroup, UpdateThingGroup and DeleteThingGroup.
@Suite struct ThingGroupTests {
  private let bench = OperationBench()

  @Test func `A new group stands where it was put`() throws {
    try bench.perform(CreateThingGroup(thingGroupName: "a"))
    try bench.perform(CreateThingGroup(thingGroupName: "b", parentGroupName: "a"))
    let created = try bench.perform(
      CreateThingGroup(
        thingGroupName: "c:_-1", parentGroupName: "b",
        thingGroupProperties: ThingGroupProperties(
          thingGroupDescription: "the third",
          attributePayload: AttributePayload(attributes: ["k": "v"]))
      ))
    let prefix = "arn:aws:iot:us-east-1:000000000000:thinggroup/"
    #expect(
      created
        == CreateThingGroup.Response(
          thingGroupName: "c:_-1", thingGroupARN: prefix + "c:_-1", thingGroupID: "id-3"))
    #expect(
      try bench.perform(DescribeThingGroup(thingGroupName: "c:_-1"))
        == DescribeThingGroup.Response(
          thingGroupName: "c:_-1", thingGroupID: "id-3", thingGroupARN: prefix + "c:_-1",
          version: 1,
          thingGroupProperties: ThingGroupProperties(
            thingGroupDescription: "the third",
            attributePayload: AttributePayload(attributes: ["k": "v"])),
          thingGroupMetadata: ThingGroupMetadata(
            parentGroupName: "b",
            rootToParentThingGroups: [
              GroupNameAndARN(groupName: "a", groupARN: prefix + "a"),
              GroupNameAndARN(groupName: "b", groupARN: prefix + "b"),
            ],
            creationDate: 3000)))
    let top = try bench.perform(DescribeThingGroup(thingGroupName: "a"))
    #expect(top.thingGroupProperties == ThingGroupProperties())
    #expect(top.thingGroupMetadata.parentGroupName == nil)
    #expect(top.thingGroupMetadata.rootToParentThingGroups == [])
  }

  @Test(arguments: BadName.all)
  func `What is no name is refused everywhere`(text: String) {
    let name = Refusal.invalid(field: "thingGroupName")
    #expect(bench.refusal(of: CreateThingGroup(thingGroupName: text)) == name)
    #expect(bench.refusal(of: DescribeThingGroup(thingGroupName: text)) == name)
    #expect(
      bench.refusal(
        of: UpdateThingGroup(thingGroupName: text, thingGroupProperties: ThingGroupProperties()))
        == name)
    #expect(bench.refusal(of: DeleteThingGroup(thingGroupName: text)) == name)
    #expect(
      bench.refusal(of: CreateThingGroup(thingGroupName: "g", parentGroupName: text))
        == .invalid(field: "parentGroupName"))
  }

  @Test(arguments: [
    (
      ThingGroupProperties(thingGroupDescription: "a\tb"),
      "thingGroupProperties.thingGroupDescription"
    ),
    (
      ThingGroupProperties(thingGroupDescription: String(repeating: "d", count: 2029)),
      "thingGroupProperties.thingGroupDescription"
    ),
    (
      ThingGroupProperties(attributePayload: AttributePayload(attributes: ["a b": "v"])),
      "thingGroupProperties.attributePayload.attributes"
    ),
    (
      ThingGroupProperties(attributePayload: AttributePayload(attributes: ["a": "v w"])),
      "thingGroupProperties.attributePayload.attributes.a"
    ),
    (
      ThingGroupProperties(attributePayload: AttributePayload(attributes: numbered(1...51))),
      "thingGroupProperties.attributePayload.attributes"
    ),
  ])
  func `Properties are judged alike by create and update`(
    properties: ThingGroupProperties, field: String
  ) throws {
    #expect(
      bench.refusal(
        of: CreateThingGroup(thingGroupName: "g", thingGroupProperties: properties))
        == .invalid(field: field))
    try bench.perform(CreateThingGroup(thingGroupName: "g"))
    #expect(
      bench.refusal(
        of: UpdateThingGroup(thingGroupName: "g", thingGroupProperties: properties))
        == .invalid(field: field))
  }

  @Test func `Properties at their limits are kept`() throws {
    let properties = ThingGroupProperties(
      thingGroupDescription: String(repeating: "ü", count: 2028),
      attributePayload: AttributePayload(attributes: numbered(1...50)))
    try bench.perform(CreateThingGroup(thingGroupName: "g", thingGroupProperties: properties))
    #expect(
      try bench.perform(DescribeThingGroup(thingGroupName: "g")).thingGroupProperties
        == properties)
  }

  @Test(arguments: [
    ([Tag(key: "", value: "v")], "tags[0].key"),
    ([Tag(key: "k", value: "v"), Tag(key: "k", value: "w")], "tags[1].key"),
    ([Tag(key: "aws:k", value: "v")], "tags[0].key"),
    ([Tag(key: "k", value: String(repeating: "v", count: 257))], "tags[0].value"),
    ((0..<51).map { Tag(key: "k\($0)", value: "v") }, "tags"),
  ])
  func `Malformed tags are refused`(tags: [Tag], field: String) {
    #expect(
      bench.refusal(of: CreateThingGroup(thingGroupName: "g", tags: tags))
        == .invalid(field: field))
  }

  @Test func `An identical create finds the group; any difference is refused with what is there`()
    throws
  {
    try bench.perform(CreateThingGroup(thingGroupName: "p"))
    let request = CreateThingGroup(
      thingGroupName: "g", parentGroupName: "p",
      thingGroupProperties: ThingGroupProperties(
        thingGroupDescription: "d", attributePayload: AttributePayload(attributes: ["a": "1"])),
      tags: [Tag(key: "k", value: "v"), Tag(key: "c", value: "w")])
    let first = try bench.perform(request)
    var again = request
    again.tags.reverse()
    for repetition in [request, again] {
      let decision = try bench.decide(repetition)
      #expect(decision.changes == [])
      #expect(decision.response == first)
    }

    let changes: [(inout CreateThingGroup) -> Void] = [
      { $0.parentGroupName = nil },
      { $0.thingGroupProperties = nil },
      { $0.thingGroupProperties?.thingGroupDescription = "e" },
      { $0.thingGroupProperties?.attributePayload?.attributes = [:] },
      { $0.tags = [] },
      { $0.tags[0].value = "x" },
    ]
    for change in changes {
      var other = request
      change(&other)
      #expect(
        bench.refusal(of: other)
          == .alreadyExists(id: first.thingGroupID, arn: first.thingGroupARN))
    }
  }

  @Test func `A parent must exist`() {
    #expect(
      bench.refusal(of: CreateThingGroup(thingGroupName: "g", parentGroupName: "p")) == .notFound)
    #expect(
      bench.refusal(of: CreateThingGroup(thingGroupName: "g", parentGroupName: "g")) == .notFound)
  }

  @Test func `A hierarchy has at most 7 levels`() throws {
    var parent: String?
    for level in 1...7 {
      try bench.perform(
        CreateThingGroup(thingGroupName: "level\(level)", parentGroupName: parent))
      parent = "level\(level)"
    }
    #expect(
      bench.refusal(of: CreateThingGroup(thingGroupName: "level8", parentGroupName: parent))
        == .limitExceeded)
  }

  @Test func `A group has at most 100 direct children`() throws {
    try bench.perform(CreateThingGroup(thingGroupName: "p"))
    for number in 1...100 {
      try bench.perform(CreateThingGroup(thingGroupName: "c\(number)", parentGroupName: "p"))
    }
    let next = CreateThingGroup(thingGroupName: "c101", parentGroupName: "p")
    #expect(bench.refusal(of: next) == .limitExceeded)
    // What is there already is found even where there is no room for more.
    #expect(
      bench.refusal(of: CreateThingGroup(thingGroupName: "c7", parentGroupName: "p")) == nil)
    try bench.perform(DeleteThingGroup(thingGroupName: "c7"))
    #expect(bench.refusal(of: next) == nil)
  }

  @Test(
    arguments: [
      (ThingGroupProperties(), "d", ["a": "1"]),
      (ThingGroupProperties(thingGroupDescription: "e"), "e", ["a": "1"]),
      (ThingGroupProperties(thingGroupDescription: ""), nil, ["a": "1"]),
      (ThingGroupProperties(attributePayload: AttributePayload()), "d", [:]),
      (
        ThingGroupProperties(
          attributePayload: AttributePayload(attributes: ["b": "2"], merge: true)), "d",
        ["a": "1", "b": "2"]
      ),
      (
        ThingGroupProperties(
          attributePayload: AttributePayload(attributes: ["a": "", "b": "2"], merge: true)), "d",
        ["b": "2"]
      ),
    ] as [(ThingGroupProperties, String?, [String: String])])
  func `An update writes what is given and leaves the rest`(
    properties: ThingGroupProperties, description: String?, attributes: [String: String]
  ) throws {
    try bench.perform(
      CreateThingGroup(
        thingGroupName: "g",
        thingGroupProperties: ThingGroupProperties(
          thingGroupDescription: "d", attributePayload: AttributePayload(attributes: ["a": "1"]))
      ))
    let response = try bench.perform(
      UpdateThingGroup(thingGroupName: "g", thingGroupProperties: properties))
    #expect(response.version == 2)
    let described = try bench.perform(DescribeThingGroup(thingGroupName: "g"))
    #expect(described.version == 2)
    #expect(described.thingGroupProperties.thingGroupDescription == description)
    #expect(described.thingGroupProperties.attributePayload?.attributes ?? [:] == attributes)
    #expect(described.thingGroupMetadata.creationDate == 1000)
  }

  @Test func `An update needs properties, a group and the expected version`() throws {
    let properties = ThingGroupProperties(thingGroupDescription: "d")
    func update(expecting version: Int64?) -> UpdateThingGroup {
      UpdateThingGroup(
        thingGroupName: "g", thingGroupProperties: properties, expectedVersion: version)
    }
    #expect(bench.refusal(of: update(expecting: nil)) == .notFound)
    try bench.perform(CreateThingGroup(thingGroupName: "g"))
    #expect(
      bench.refusal(of: UpdateThingGroup(thingGroupName: "g", thingGroupProperties: nil))
        == .invalid(field: "thingGroupProperties"))
    #expect(bench.refusal(of: update(expecting: 2)) == .versionConflict)
    try bench.perform(update(expecting: 1))
    #expect(bench.refusal(of: update(expecting: 1)) == .versionConflict)
  }

  @Test func `What is not there cannot be described, but is deleted already`() throws {
    #expect(bench.refusal(of: DescribeThingGroup(thingGroupName: "g")) == .notFound)
    let delete = DeleteThingGroup(thingGroupName: "g", expectedVersion: 3)
    #expect(try bench.decide(delete).changes == [])
  }

  @Test func `A group with children cannot be deleted, nor one of another version`() throws {
    try bench.perform(CreateThingGroup(thingGroupName: "p"))
    try bench.perform(CreateThingGroup(thingGroupName: "c", parentGroupName: "p"))
    #expect(
      throws: DetectError.invalidRequest(
        "Cannot delete thing group : p when there are still child groups attached to it.",
        field: "thingGroupName")
    ) { try bench.decide(DeleteThingGroup(thingGroupName: "p")) }
    #expect(
      bench.refusal(of: DeleteThingGroup(thingGroupName: "c", expectedVersion: 2))
        == .versionConflict)
    try bench.perform(DeleteThingGroup(thingGroupName: "c", expectedVersion: 1))
    try bench.perform(DeleteThingGroup(thingGroupName: "p"))
    #expect(try bench.perform(ListThingGroups()).items == [])
  }

  @Test func `A deleted group takes its members, attachments and tags with it`() throws {
    try bench.perform(
      CreateThingGroup(thingGroupName: "g", tags: [Tag(key: "k", value: "v")]))
    for thing in ["t", "s"] {
      try bench.perform(CreateThing(thingName: thing))
      try bench.perform(AddThingToThingGroup(thingGroupName: "g", thingName: thing))
    }
    bench.apply([
      .attach(profile: "p", .thingGroup("g")), .attach(profile: "p", .allThings),
      .attach(profile: "o", .thingGroup("g")),
    ])
    let changes = try bench.decide(DeleteThingGroup(thingGroupName: "g")).changes
    #expect(
      changes == [
        .leave("s", group: "g"), .leave("t", group: "g"),
        .detach(profile: "o", .thingGroup("g")), .detach(profile: "p", .thingGroup("g")),
        .putTags(resource: "thinggroup/g", []), .removeGroup("g"),
      ])
    bench.apply(changes)
    #expect(bench.catalog.targets(ofProfile: "p").elements == [.allThings])
    // A group of the same name starts with nothing.
    try bench.perform(CreateThingGroup(thingGroupName: "g"))
    #expect(try bench.perform(ListThingsInThingGroup(thingGroupName: "g")).items == [])
    let arn = "arn:aws:iot:us-east-1:000000000000:thinggroup/g"
    #expect(try bench.perform(ListTagsForResource(resourceARN: arn)).items == [])
  }

  @Test func `The many members of a deleted group leave part by part`() throws {
    try bench.perform(CreateThingGroup(thingGroupName: "g"))
    for number in 0..<2 * Limits.membersLeavingAtOnce {
      bench.apply([.join(ThingName("t\(number)"), group: "g")])
    }
    let delete = DeleteThingGroup(thingGroupName: "g")
    let first = try bench.decide(delete)
    #expect(first.isPart && first.changes.count == Limits.membersLeavingAtOnce)
    bench.apply(first.changes)
    let second = try bench.decide(delete)
    #expect(!second.isPart && second.changes.last == .removeGroup("g"))
    bench.apply(second.changes)
    #expect(try bench.perform(ListThingGroups()).items == [])
  }
}

/// One attribute for each number.
private func numbered(_ numbers: ClosedRange<Int>) -> [String: String] {
  Dictionary(uniqueKeysWithValues: numbers.map { ("n\($0)", "v") })
}
