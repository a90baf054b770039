import Detect
import Testing

@Suite struct ListThingsInThingGroupTests {
  private let bench = OperationBench()

  ///     a (t5 t6) ── ab () ── abc (t1 t2)
  ///      │            └── abd (t9)
  ///      └── az (t0)
  ///     b (t3)
  init() throws {
    for (name, parent, members) in [
      ("a", nil, ["t6", "t5"]), ("b", nil, ["t3"]), ("ab", "a", []), ("az", "a", ["t0"]),
      ("abc", "ab", ["t2", "t1"]), ("abd", "ab", ["t9"]),
    ] {
      try bench.perform(CreateThingGroup(thingGroupName: name, parentGroupName: parent))
      for member in members {
        try bench.perform(CreateThing(thingName: member))
        try bench.perform(AddThingToThingGroup(thingGroupName: name, thingName: member))
      }
    }
  }

  @Test(arguments: [
    ("a", false, "t5 t6"), ("a", true, "t5 t6 t1 t2 t9 t0"), ("ab", false, ""),
    ("ab", true, "t1 t2 t9"), ("abc", true, "t1 t2"), ("b", true, "t3"),
  ])
  func `Members are listed by name, group by group, whatever the size of the pages`(
    group: String, recursive: Bool, members: String
  ) throws {
    for size: Int64 in [1, 2, 3, 4, 5, 6, 250] {
      let pages = try bench.pages {
        ListThingsInThingGroup(
          thingGroupName: group, recursive: recursive, nextToken: $0, maxResults: size)
      }
      #expect(pages.joined().joined(separator: " ") == members)
      #expect(pages.dropLast().allSatisfy { $0.count == Int(size) })
      #expect(pages.count == max(1, (Array(pages.joined()).count + Int(size) - 1) / Int(size)))
    }
  }

  @Test func `A request that cannot be answered is refused`() throws {
    let token = try bench.perform(
      ListThingsInThingGroup(thingGroupName: "a", maxResults: 1)
    ).nextToken
    #expect(token != nil)
    let refusals: [(ListThingsInThingGroup, Refusal)] = [
      (ListThingsInThingGroup(thingGroupName: ""), .invalid(field: "thingGroupName")),
      (ListThingsInThingGroup(thingGroupName: "missing"), .notFound),
      (ListThingsInThingGroup(thingGroupName: "a", maxResults: 0), .invalid(field: "maxResults")),
      (
        ListThingsInThingGroup(thingGroupName: "a", recursive: true, nextToken: token),
        .invalid(field: "nextToken")
      ),
      (
        ListThingsInThingGroup(thingGroupName: "b", nextToken: token),
        .invalid(field: "nextToken")
      ),
    ]
    for (request, refusal) in refusals { #expect(bench.refusal(of: request) == refusal) }
  }

  @Test func `A list goes on where its last group has been deleted`() throws {
    let first = try bench.perform(
      ListThingsInThingGroup(thingGroupName: "a", recursive: true, maxResults: 3))
    #expect(first.items == ["t5", "t6", "t1"])
    try bench.perform(DeleteThingGroup(thingGroupName: "abc"))
    let rest = try bench.perform(
      ListThingsInThingGroup(
        thingGroupName: "a", recursive: true, nextToken: first.nextToken))
    #expect(rest.items == ["t9", "t0"])
    #expect(rest.nextToken == nil)
  }

  @Test func `A page looks at a bounded number of groups`() throws {
    // More groups than one page looks at, in a tree of three levels, with one member at the far end.
    let branches = (0..<100).map { "x\(100 + $0)" }
    let twigs = branches.flatMap { branch in (0..<100).map { "\(branch)-\(100 + $0)" } }
    bench.apply([.putGroup(group("x"))] + branches.map { .putGroup(group($0, below: "x")) })
    bench.apply(twigs.map { .putGroup(group($0, below: String($0.prefix(4)))) })
    bench.apply([.join("t", group: "x199-199")])
    #expect(twigs.count + branches.count + 1 > Limits.namesVisitedPerPage)
    let pages = try bench.pages {
      ListThingsInThingGroup(thingGroupName: "x", recursive: true, nextToken: $0)
    }
    #expect(pages == [[], ["t"]])
  }

  private func group(_ name: String, below parent: String? = nil) -> ThingGroup {
    ThingGroup(name: name, id: "id", parent: parent, creationDate: 0)
  }
}
