import Detect
import Testing

@Suite struct ListThingGroupsTests {
  private let bench = OperationBench()

  ///     a ── ab ── abc
  ///      └── az
  ///     b
  private func createGroups() throws {
    for (name, parent) in [("b", nil), ("a", nil), ("az", "a"), ("ab", "a"), ("abc", "ab")] {
      try bench.perform(CreateThingGroup(thingGroupName: name, parentGroupName: parent))
    }
  }

  @Test(arguments: [
    (ListThingGroups(), "a ab abc az b"),
    (ListThingGroups(recursive: true), "a ab abc az b"),
    (ListThingGroups(recursive: false), "a b"),
    (ListThingGroups(parentGroup: "a"), "ab az"),
    (ListThingGroups(parentGroup: "a", recursive: false), "ab az"),
    (ListThingGroups(parentGroup: "a", recursive: true), "ab abc az"),
    (ListThingGroups(parentGroup: "b", recursive: true), ""),
    (ListThingGroups(namePrefixFilter: "ab"), "ab abc"),
    (ListThingGroups(namePrefixFilter: "a", recursive: false), "a"),
    (ListThingGroups(parentGroup: "a", namePrefixFilter: "az"), "az"),
    (ListThingGroups(parentGroup: "a", namePrefixFilter: "abc"), ""),
    (ListThingGroups(parentGroup: "a", namePrefixFilter: "abc", recursive: true), "abc"),
  ])
  func `Groups that satisfy every filter are listed by name`(
    filter: ListThingGroups, names: String
  ) throws {
    try createGroups()
    let page = try bench.perform(filter)
    #expect(page.items.map(\.groupName).joined(separator: " ") == names)
    #expect(page.nextToken == nil)
    for item in page.items {
      #expect(
        item.groupARN == "arn:aws:iot:us-east-1:000000000000:thinggroup/\(item.groupName)")
    }
  }

  @Test(
    arguments: [
      (ListThingGroups(maxResults: 0), .invalid(field: "maxResults")),
      (ListThingGroups(maxResults: 251), .invalid(field: "maxResults")),
      (ListThingGroups(nextToken: "nonsense"), .invalid(field: "nextToken")),
      (ListThingGroups(parentGroup: "a b"), .invalid(field: "parentGroup")),
      (ListThingGroups(parentGroup: "missing"), .notFound),
      (ListThingGroups(namePrefixFilter: "a/"), .invalid(field: "namePrefixFilter")),
    ] as [(ListThingGroups, Refusal)])
  func `A request that cannot be answered is refused`(
    request: ListThingGroups, refusal: Refusal
  ) {
    #expect(bench.refusal(of: request) == refusal)
  }

  @Test func `Pages follow one another, and a token is for its filters only`() throws {
    try createGroups()
    let pages = try bench.pages {
      ListThingGroups(nextToken: $0, maxResults: 2, parentGroup: "a", recursive: true)
    }
    #expect(pages.map { $0.map(\.groupName) } == [["ab", "abc"], ["az"]])
    let token = try bench.perform(ListThingGroups(maxResults: 1)).nextToken
    #expect(token != nil)
    for other in [
      ListThingGroups(nextToken: token, parentGroup: "a"),
      ListThingGroups(nextToken: token, namePrefixFilter: "a"),
      ListThingGroups(nextToken: token, recursive: false),
    ] { #expect(bench.refusal(of: other) == .invalid(field: "nextToken")) }
    // To say what holds anyway changes nothing.
    #expect(bench.refusal(of: ListThingGroups(nextToken: token, recursive: true)) == nil)
  }

  @Test func `A filter that few groups pass ends pages early and still finds all`() throws {
    bench.apply(
      (0...Limits.namesVisitedPerPage).map {
        .putGroup(ThingGroup(name: "g\($0)", id: "id", creationDate: 0))
      })
    try bench.perform(CreateThingGroup(thingGroupName: "z"))
    let pages = try bench.pages { ListThingGroups(nextToken: $0, namePrefixFilter: "z") }
    #expect(pages.map { $0.map(\.groupName) } == [[], ["z"]])
  }
}
