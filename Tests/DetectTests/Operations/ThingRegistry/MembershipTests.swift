import Detect
import Testing

/// AddThingToThingGroup, RemoveThingFromThingGroup, UpdateThingGroupsForThing and
/// ListThingGroupsForThing.
@Suite struct MembershipTests {
  private let bench = OperationBench()

  ///     a ── ab ── abc      b      and the thing t
  ///      └── az
  init() throws {
    for (name, parent) in [("a", nil), ("b", nil), ("ab", "a"), ("az", "a"), ("abc", "ab")] {
      try bench.perform(CreateThingGroup(thingGroupName: name, parentGroupName: parent))
    }
    try bench.perform(CreateThing(thingName: "t"))
  }

  private func groups(of thing: String = "t") throws -> [String] {
    try bench.perform(ListThingGroupsForThing(thingName: thing)).items.map(\.groupName)
  }

  private static let arn = "arn:aws:iot:us-east-1:000000000000:"

  @Test func `Adding and removing are idempotent`() throws {
    let add = AddThingToThingGroup(
      thingGroupName: "a", thingName: "t", overrideDynamicGroups: true)
    try bench.perform(add)
    #expect(try groups() == ["a"])
    #expect(try bench.decide(add).changes == [])
    let remove = RemoveThingFromThingGroup(thingGroupName: "a", thingName: "t")
    try bench.perform(remove)
    #expect(try groups() == [])
    #expect(try bench.decide(remove).changes == [])
  }

  @Test(
    arguments: [
      ("a", nil, "t", nil, nil),
      (nil, arn + "thinggroup/a", nil, arn + "thing/t", nil),
      ("a", arn + "thinggroup/a", "t", arn + "thing/t", nil),
      (nil, nil, "t", nil, .invalid(field: "thingGroupName")),
      ("a", nil, nil, nil, .invalid(field: "thingName")),
      ("a", arn + "thinggroup/b", "t", nil, .invalid(field: "thingGroupArn")),
      ("a", nil, "t", arn + "thing/u", .invalid(field: "thingArn")),
      (nil, arn + "thing/a", "t", nil, .invalid(field: "thingGroupArn")),
      ("a", nil, nil, arn + "thinggroup/t", .invalid(field: "thingArn")),
      (nil, arn + "thinggroup/", "t", nil, .invalid(field: "thingGroupArn")),
      (nil, arn + "thinggroup/a/b", "t", nil, .invalid(field: "thingGroupArn")),
      (nil, "", "t", nil, .invalid(field: "thingGroupArn")),
      (nil, "thinggroup/a", "t", nil, .invalid(field: "thingGroupArn")),
      (
        nil, "arn:aws:iot:eu-west-1:000000000000:thinggroup/a", "t", nil,
        .invalid(field: "thingGroupArn")
      ),
      ("a", nil, nil, "arn:aws:iot:us-east-1:1:thing/t", .invalid(field: "thingArn")),
      ("", nil, "t", nil, .invalid(field: "thingGroupName")),
      ("a", nil, "t t", nil, .invalid(field: "thingName")),
      ("missing", nil, "t", nil, .notFound),
      ("a", nil, "missing", nil, .notFound),
      (nil, arn + "thinggroup/missing", nil, arn + "thing/t", .notFound),
      (nil, arn + "thinggroup/a", nil, arn + "thing/missing", .notFound),
    ] as [(String?, String?, String?, String?, Refusal?)])
  func `A group and a thing are named by name, ARN or both alike`(
    groupName: String?, groupARN: String?, thingName: String?, thingARN: String?,
    refusal: Refusal?
  ) {
    #expect(
      bench.refusal(
        of: AddThingToThingGroup(
          thingGroupName: groupName, thingGroupARN: groupARN, thingName: thingName,
          thingARN: thingARN)) == refusal)
    #expect(
      bench.refusal(
        of: RemoveThingFromThingGroup(
          thingGroupName: groupName, thingGroupARN: groupARN, thingName: thingName,
          thingARN: thingARN)) == refusal)
  }

  @Test(arguments: [
    ("a", "ab"), ("ab", "a"), ("a", "abc"), ("ab", "az"), ("az", "abc"),
  ])
  func `A thing is in one group of a hierarchy only`(first: String, second: String) throws {
    try bench.perform(AddThingToThingGroup(thingGroupName: first, thingName: "t"))
    #expect(
      bench.refusal(of: AddThingToThingGroup(thingGroupName: second, thingName: "t"))
        == .invalid(field: ""))
    // A group of another hierarchy is free, and so is this one for another thing.
    try bench.perform(AddThingToThingGroup(thingGroupName: "b", thingName: "t"))
    try bench.perform(CreateThing(thingName: "u"))
    try bench.perform(AddThingToThingGroup(thingGroupName: second, thingName: "u"))
    #expect(try groups() == [first, "b"].sorted())
  }

  @Test func `A thing is in at most 10 groups`() throws {
    let names = (0...10).map { "g\($0)" }
    for name in names { try bench.perform(CreateThingGroup(thingGroupName: name)) }
    for name in names.dropLast() {
      try bench.perform(AddThingToThingGroup(thingGroupName: name, thingName: "t"))
    }
    #expect(
      bench.refusal(of: AddThingToThingGroup(thingGroupName: "g10", thingName: "t"))
        == .limitExceeded)
    #expect(
      bench.refusal(
        of: UpdateThingGroupsForThing(thingName: "t", thingGroupsToAdd: ["g10"]))
        == .limitExceeded)
    // A group that is there already takes no further place, and one that is left frees its own.
    #expect(
      bench.refusal(of: AddThingToThingGroup(thingGroupName: "g0", thingName: "t")) == nil)
    try bench.perform(
      UpdateThingGroupsForThing(
        thingName: "t", thingGroupsToAdd: ["g10"], thingGroupsToRemove: ["g0"]))
    #expect(try groups().count == 10)
  }

  @Test func `A thing moves within its hierarchy in one step`() throws {
    try bench.perform(AddThingToThingGroup(thingGroupName: "ab", thingName: "t"))
    let move = UpdateThingGroupsForThing(
      thingName: "t", thingGroupsToAdd: ["az", "b", "az"], thingGroupsToRemove: ["ab", "ab"])
    let changes = try bench.decide(move).changes
    #expect(changes == [.leave("t", group: "ab"), .join("t", group: "az"), .join("t", group: "b")])
    bench.apply(changes)
    #expect(try groups() == ["az", "b"])
  }

  @Test(
    arguments: [
      (["missing"], [], .notFound),
      ([], ["missing"], .notFound),
      (["b", "a b"], [], .invalid(field: "thingGroupsToAdd[1]")),
      ([], ["b", ""], .invalid(field: "thingGroupsToRemove[1]")),
      (["b"], ["a", "b"], .invalid(field: "thingGroupsToRemove[1]")),
      (["a", "az"], [], .invalid(field: "")),
      (["az"], ["b"], .invalid(field: "")),
      ([], [], nil),
      ([], ["b"], nil),
      (["ab"], [], nil),
    ] as [([String], [String], Refusal?)])
  func `A move happens as a whole or not at all`(
    adding: [String], removing: [String], refusal: Refusal?
  ) throws {
    try bench.perform(AddThingToThingGroup(thingGroupName: "ab", thingName: "t"))
    #expect(
      bench.refusal(
        of: UpdateThingGroupsForThing(
          thingName: "t", thingGroupsToAdd: adding, thingGroupsToRemove: removing)) == refusal)
  }

  @Test func `A move that changes nothing has no changes`() throws {
    try bench.perform(AddThingToThingGroup(thingGroupName: "ab", thingName: "t"))
    let move = UpdateThingGroupsForThing(
      thingName: "t", thingGroupsToAdd: ["ab"], thingGroupsToRemove: ["b"])
    #expect(try bench.decide(move).changes == [])
  }

  @Test func `A thing that is not registered is in no group`() {
    #expect(bench.refusal(of: UpdateThingGroupsForThing(thingName: "u")) == .notFound)
    #expect(bench.refusal(of: ListThingGroupsForThing(thingName: "u")) == .notFound)
    #expect(
      bench.refusal(of: UpdateThingGroupsForThing(thingName: "")) == .invalid(field: "thingName"))
    #expect(
      bench.refusal(of: ListThingGroupsForThing(thingName: "a b")) == .invalid(field: "thingName"))
  }

  @Test func `The groups of a thing are listed in pages`() throws {
    try bench.perform(
      UpdateThingGroupsForThing(thingName: "t", thingGroupsToAdd: ["b", "abc"]))
    let pages = try bench.pages {
      ListThingGroupsForThing(thingName: "t", nextToken: $0, maxResults: 1)
    }
    #expect(
      pages == [
        [GroupNameAndARN(groupName: "abc", groupARN: Self.arn + "thinggroup/abc")],
        [GroupNameAndARN(groupName: "b", groupARN: Self.arn + "thinggroup/b")],
      ])
    #expect(
      bench.refusal(of: ListThingGroupsForThing(thingName: "t", maxResults: 251))
        == .invalid(field: "maxResults"))
    try bench.perform(CreateThing(thingName: "u"))
    let token = try bench.perform(
      ListThingGroupsForThing(thingName: "t", maxResults: 1)
    ).nextToken
    #expect(token != nil)
    #expect(
      bench.refusal(of: ListThingGroupsForThing(thingName: "u", nextToken: token))
        == .invalid(field: "nextToken"))
  }
}
