import Detect
import Testing

/// CreateThing, DescribeThing, UpdateThing and DeleteThing.
@Suite struct ThingTests {
  private let bench = OperationBench()

  @Test func `A new thing has version 1 and the moment's identifier`() throws {
    let created = try bench.perform(
      CreateThing(
        thingName: "a:b_c-1", thingTypeName: "camera",
        attributePayload: AttributePayload(attributes: ["place": "hall"]),
        billingGroupName: "east"))
    #expect(
      created
        == CreateThing.Response(
          thingName: "a:b_c-1", thingARN: "arn:aws:iot:us-east-1:000000000000:thing/a:b_c-1",
          thingID: "id-1"))
    let described = try bench.perform(DescribeThing(thingName: "a:b_c-1"))
    #expect(described.defaultClientID == "a:b_c-1")
    #expect(described.thingName == "a:b_c-1")
    #expect(described.thingID == "id-1")
    #expect(described.thingARN == created.thingARN)
    #expect(described.thingTypeName == "camera")
    #expect(described.attributes == ["place": "hall"])
    #expect(described.version == 1)
    #expect(described.billingGroupName == "east")
  }

  @Test(arguments: BadName.all)
  func `What is no name is refused everywhere`(text: String) {
    let name = Refusal.invalid(field: "thingName")
    #expect(bench.refusal(of: CreateThing(thingName: text)) == name)
    #expect(bench.refusal(of: DescribeThing(thingName: text)) == name)
    #expect(bench.refusal(of: UpdateThing(thingName: text)) == name)
    #expect(bench.refusal(of: DeleteThing(thingName: text)) == name)
    let type = Refusal.invalid(field: "thingTypeName")
    #expect(bench.refusal(of: CreateThing(thingName: "t", thingTypeName: text)) == type)
    #expect(bench.refusal(of: UpdateThing(thingName: "t", thingTypeName: text)) == type)
    #expect(
      bench.refusal(of: CreateThing(thingName: "t", billingGroupName: text))
        == .invalid(field: "billingGroupName"))
  }

  @Test func `A name of 128 characters is taken`() throws {
    let name = String(repeating: "n", count: 128)
    try bench.perform(CreateThing(thingName: name, thingTypeName: name, billingGroupName: name))
    #expect(try bench.perform(DescribeThing(thingName: name)).thingTypeName == name)
  }

  @Test(arguments: [
    (attributes: ["": "v"], field: "attributePayload.attributes"),
    (attributes: ["a b": "v"], field: "attributePayload.attributes"),
    (
      attributes: [String(repeating: "n", count: 129): "v"], field: "attributePayload.attributes"
    ),
    (attributes: ["a": "two words"], field: "attributePayload.attributes.a"),
    (
      attributes: ["a": String(repeating: "v", count: 801)], field: "attributePayload.attributes.a"
    ),
    (attributes: numbered(1...4), field: "attributePayload.attributes"),
  ])
  func `Attributes are judged alike by create and update`(
    attributes: [String: String], field: String
  ) throws {
    let payload = AttributePayload(attributes: attributes)
    #expect(
      bench.refusal(of: CreateThing(thingName: "t", attributePayload: payload))
        == .invalid(field: field))
    try bench.perform(CreateThing(thingName: "t"))
    #expect(
      bench.refusal(of: UpdateThing(thingName: "t", attributePayload: payload))
        == .invalid(field: field))
  }

  @Test(arguments: [
    ["azAZ09_.,@/:#-": "azAZ09_.,@/:#=[]-"],
    [String(repeating: "n", count: 128): String(repeating: "v", count: 800)],
    numbered(1...3),
  ])
  func `Attributes within their limits are kept`(attributes: [String: String]) throws {
    try bench.perform(
      CreateThing(thingName: "t", attributePayload: AttributePayload(attributes: attributes)))
    #expect(try bench.perform(DescribeThing(thingName: "t")).attributes == attributes)
  }

  @Test func `A type allows 50 attributes, and keeps the thing from losing it while it has them`()
    throws
  {
    func create(_ count: Int) -> CreateThing {
      CreateThing(
        thingName: "t", thingTypeName: "camera",
        attributePayload: AttributePayload(attributes: numbered(1...count)))
    }
    #expect(
      bench.refusal(of: create(51)) == .invalid(field: "attributePayload.attributes"))
    try bench.perform(create(50))
    #expect(
      bench.refusal(of: UpdateThing(thingName: "t", removeThingType: true))
        == .invalid(field: "attributePayload.attributes"))
    let fewer = AttributePayload(attributes: numbered(1...3))
    try bench.perform(
      UpdateThing(thingName: "t", attributePayload: fewer, removeThingType: true))
    let described = try bench.perform(DescribeThing(thingName: "t"))
    #expect(described.thingTypeName == nil)
    #expect(described.attributes.count == 3)
  }

  @Test func `An identical create finds the thing; any difference is refused with what is there`()
    throws
  {
    let request = CreateThing(
      thingName: "t", thingTypeName: "camera",
      attributePayload: AttributePayload(attributes: ["a": "1"]), billingGroupName: "east")
    let first = try bench.perform(request)
    #expect(try bench.decide(request).changes == [])
    #expect(try bench.perform(request) == first)

    let differing: [WritableKeyPath<CreateThing, String?>] = [\.thingTypeName, \.billingGroupName]
    let refusal = Refusal.alreadyExists(id: first.thingID, arn: first.thingARN)
    for field in differing {
      for value in ["other", nil] {
        var other = request
        other[keyPath: field] = value
        #expect(bench.refusal(of: other) == refusal)
      }
    }
    var other = request
    other.attributePayload?.attributes["a"] = "2"
    #expect(bench.refusal(of: other) == refusal)
    other.attributePayload = nil
    #expect(bench.refusal(of: other) == refusal)
  }

  @Test func `A create is compared with what the thing has become`() throws {
    try bench.perform(CreateThing(thingName: "t"))
    try bench.perform(UpdateThing(thingName: "t", thingTypeName: "camera"))
    guard case .alreadyExists = bench.refusal(of: CreateThing(thingName: "t")) else {
      Issue.record("the thing has a type that was not asked for")
      return
    }
    #expect(bench.refusal(of: CreateThing(thingName: "t", thingTypeName: "camera")) == nil)
  }

  @Test(
    arguments: [
      (payload: nil, left: ["a": "1", "b": "2"]),
      (payload: AttributePayload(attributes: ["b": "3"]), left: ["b": "3"]),
      (payload: AttributePayload(), left: [:]),
      (payload: AttributePayload(merge: true), left: ["a": "1", "b": "2"]),
      (
        payload: AttributePayload(attributes: ["b": "3", "c": "4"], merge: true),
        left: ["a": "1", "b": "3", "c": "4"]
      ),
      (
        payload: AttributePayload(attributes: ["a": "", "x": ""], merge: true), left: ["b": "2"]
      ),
      (payload: AttributePayload(attributes: ["a": "", "c": "4"]), left: ["c": "4"]),
    ] as [(payload: AttributePayload?, left: [String: String])])
  func `An update merges or replaces attributes, and an empty value removes one`(
    payload: AttributePayload?, left: [String: String]
  ) throws {
    try bench.perform(
      CreateThing(
        thingName: "t", attributePayload: AttributePayload(attributes: ["a": "1", "b": "2"])))
    try bench.perform(UpdateThing(thingName: "t", attributePayload: payload))
    let described = try bench.perform(DescribeThing(thingName: "t"))
    #expect(described.attributes == left)
    #expect(described.version == 2)
  }

  @Test func `A merge may not leave too many attributes`() throws {
    try bench.perform(
      CreateThing(
        thingName: "t", attributePayload: AttributePayload(attributes: numbered(1...3))))
    let fourth = AttributePayload(attributes: ["x": "v"], merge: true)
    #expect(
      bench.refusal(of: UpdateThing(thingName: "t", attributePayload: fourth))
        == .invalid(field: "attributePayload.attributes"))
    let exchange = AttributePayload(attributes: ["x": "v", "n1": ""], merge: true)
    #expect(bench.refusal(of: UpdateThing(thingName: "t", attributePayload: exchange)) == nil)
  }

  @Test func `An update sets, leaves or removes the type`() throws {
    try bench.perform(CreateThing(thingName: "t", billingGroupName: "east"))
    try bench.perform(UpdateThing(thingName: "t", thingTypeName: "camera"))
    #expect(try bench.perform(DescribeThing(thingName: "t")).thingTypeName == "camera")
    try bench.perform(UpdateThing(thingName: "t"))
    #expect(try bench.perform(DescribeThing(thingName: "t")).thingTypeName == "camera")
    #expect(
      bench.refusal(
        of: UpdateThing(thingName: "t", thingTypeName: "lamp", removeThingType: true))
        == .invalid(field: "removeThingType"))
    try bench.perform(UpdateThing(thingName: "t", removeThingType: true))
    let described = try bench.perform(DescribeThing(thingName: "t"))
    #expect(described.thingTypeName == nil)
    #expect(described.billingGroupName == "east")
    #expect(described.version == 4)
  }

  @Test func `What is not there cannot be described or updated, but is deleted already`() throws {
    #expect(bench.refusal(of: DescribeThing(thingName: "t")) == .notFound)
    #expect(bench.refusal(of: UpdateThing(thingName: "t")) == .notFound)
    #expect(try bench.decide(DeleteThing(thingName: "t")).changes == [])
    #expect(try bench.decide(DeleteThing(thingName: "t", expectedVersion: 7)).changes == [])
  }

  @Test func `An expected version must be the stored one`() throws {
    try bench.perform(CreateThing(thingName: "t"))
    try bench.perform(UpdateThing(thingName: "t", expectedVersion: 1))
    #expect(
      bench.refusal(of: UpdateThing(thingName: "t", expectedVersion: 1)) == .versionConflict)
    #expect(
      bench.refusal(of: DeleteThing(thingName: "t", expectedVersion: 3)) == .versionConflict)
    try bench.perform(DeleteThing(thingName: "t", expectedVersion: 2))
    #expect(bench.refusal(of: DescribeThing(thingName: "t")) == .notFound)
  }

  @Test func `A deleted thing leaves its groups first, and comes back without them`() throws {
    try bench.perform(CreateThing(thingName: "t"))
    for group in ["g", "h"] {
      try bench.perform(CreateThingGroup(thingGroupName: group))
      try bench.perform(AddThingToThingGroup(thingGroupName: group, thingName: "t"))
    }
    let changes = try bench.decide(DeleteThing(thingName: "t")).changes
    #expect(changes == [.leave("t", group: "g"), .leave("t", group: "h"), .removeThing("t")])
    bench.apply(changes)
    #expect(try bench.perform(ListThingsInThingGroup(thingGroupName: "g")).items == [])
    try bench.perform(CreateThing(thingName: "t"))
    #expect(try bench.perform(ListThingGroupsForThing(thingName: "t")).items == [])
  }
}

/// One attribute for each number.
private func numbered(_ numbers: ClosedRange<Int>) -> [String: String] {
  Dictionary(uniqueKeysWithValues: numbers.map { ("n\($0)", "v") })
}
