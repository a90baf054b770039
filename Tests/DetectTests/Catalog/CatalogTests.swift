import Detect
import Testing

@Suite struct CatalogTests {
  private var catalog = Catalog(settings: Settings())

  private mutating func apply(_ changes: Change...) {
    for change in changes { _ = catalog.apply(change) }
  }

  @Test mutating func `Profiles are listed in order and found by name`() {
    apply(.putProfile(profile("b", number: 2)), .putProfile(profile("a", number: 1)))
    #expect(catalog.profileNames.elements == ["a", "b"])
    #expect(catalog.profiles["a"]?.number == 1)
    apply(.removeProfile("a"))
    #expect(catalog.profileNames.elements == ["b"])
    #expect(catalog.profiles["a"] == nil)
  }

  @Test mutating func `A profile that is put again replaces the one before`() {
    apply(.putProfile(profile("a", number: 1)), .putProfile(profile("a", number: 9)))
    #expect(catalog.profileNames.count == 1)
    #expect(catalog.profiles["a"]?.number == 9)
  }

  @Test mutating func `The unused profile number is above all that are used`() {
    #expect(catalog.unusedProfileNumber == 1)
    apply(.putProfile(profile("a", number: 4)), .putProfile(profile("b", number: 2)))
    #expect(catalog.unusedProfileNumber == 5)
  }

  @Test mutating func `An attachment is seen from both sides and taken back from both`() {
    apply(
      .attach(profile: "p", .allThings), .attach(profile: "p", .thingGroup("g")),
      .attach(profile: "o", .thingGroup("g")))
    #expect(catalog.targets(ofProfile: "p").elements == [.allThings, .thingGroup("g")])
    #expect(catalog.profiles(attachedTo: .thingGroup("g")).elements == ["o", "p"])
    #expect(catalog.isAttached(profile: "o", to: .thingGroup("g")))
    #expect(!catalog.isAttached(profile: "o", to: .allThings))
    apply(.detach(profile: "p", .thingGroup("g")), .detach(profile: "p", .allThings))
    #expect(catalog.targets(ofProfile: "p").elements == [])
    #expect(catalog.profiles(attachedTo: .thingGroup("g")).elements == ["o"])
    #expect(catalog.profiles(attachedTo: .allThings).isEmpty)
  }

  @Test mutating func `Targets are in the order of their ARNs`() {
    for target: Target in [
      .thingGroup("b"), .unregisteredThings, .thingGroup("a"), .registeredThings, .allThings,
    ] { apply(.attach(profile: "p", target)) }
    #expect(
      catalog.targets(ofProfile: "p").elements == [
        .registeredThings, .allThings, .unregisteredThings, .thingGroup("a"), .thingGroup("b"),
      ])
  }

  @Test mutating func `A membership is seen from both sides and taken back from both`() {
    apply(
      .putThing(thing("t")), .putGroup(group("g")), .putGroup(group("h")),
      .join("t", group: "h"), .join("t", group: "g"), .join("u", group: "g"))
    #expect(catalog.groups(ofThing: "t").elements == ["g", "h"])
    #expect(catalog.things(inGroup: "g").elements == ["t", "u"])
    apply(.leave("t", group: "g"))
    #expect(catalog.groups(ofThing: "t").elements == ["h"])
    #expect(catalog.things(inGroup: "g").elements == ["u"])
  }

  @Test mutating func `Children and ancestors follow the parents`() {
    apply(
      .putGroup(group("a")), .putGroup(group("b", below: "a")), .putGroup(group("c", below: "b")),
      .putGroup(group("d", below: "a")))
    #expect(catalog.children(ofGroup: "a").elements == ["b", "d"])
    #expect(catalog.ancestors(ofGroup: "c") == ["b", "a"])
    #expect(catalog.ancestors(ofGroup: "a") == [])
    apply(.removeGroup("d"))
    #expect(catalog.children(ofGroup: "a").elements == ["b"])
    #expect(catalog.groupNames.elements == ["a", "b", "c"])
  }

  @Test mutating func `Tags are put as a whole and removed by an empty list`() {
    let tags = [Tag(key: "k", value: "v")]
    apply(.putTags(resource: "thinggroup/g", tags))
    #expect(catalog.tags["thinggroup/g"] == tags)
    apply(.putTags(resource: "thinggroup/g", []))
    #expect(catalog.tags["thinggroup/g"] == nil)
  }

  @Test mutating func `A thing is judged once by each profile on a target that covers it`() {
    apply(
      .attach(profile: "every", .allThings), .attach(profile: "known", .registeredThings),
      .attach(profile: "unknown", .unregisteredThings),
      .attach(profile: "group", .thingGroup("child")),
      .attach(profile: "above", .thingGroup("parent")),
      .attach(profile: "above", .thingGroup("child")),
      .attach(profile: "every", .thingGroup("parent")),
      .attach(profile: "beside", .thingGroup("sibling")))
    apply(
      .putGroup(group("parent")), .putGroup(group("child", below: "parent")),
      .putGroup(group("sibling", below: "parent")))
    #expect(catalog.profiles(covering: "t") == ["every", "unknown"])
    apply(.putThing(thing("t")))
    #expect(catalog.profiles(covering: "t") == ["every", "known"])
    apply(.join("t", group: "child"))
    #expect(catalog.profiles(covering: "t") == ["above", "every", "group", "known"])
    apply(.leave("t", group: "child"), .join("t", group: "parent"))
    #expect(catalog.profiles(covering: "t") == ["above", "every", "known"])
  }

  @Test mutating func `A change names the things that it may concern`() {
    func name(_ affected: Catalog.Affected) -> String {
      switch affected {
      case .none: "none"
      case .thing(let name): name.text
      case .everyThing: "every thing"
      }
    }
    let expected: [(Change, String)] = [
      (.putProfile(profile("p", number: 1)), "every thing"),
      (.attach(profile: "p", .allThings), "every thing"),
      (.detach(profile: "p", .allThings), "every thing"),
      (.removeProfile("p"), "every thing"),
      (.putThing(thing("t")), "t"),
      (.putGroup(group("g")), "none"),
      (.join("t", group: "g"), "t"),
      (.leave("t", group: "g"), "t"),
      (.putTags(resource: "thinggroup/g", []), "none"),
      (.removeGroup("g"), "none"),
      (.removeThing("t"), "t"),
    ]
    for (change, affected) in expected { #expect(name(catalog.apply(change)) == affected) }
  }

  private func profile(_ name: String, number: UInt32) -> SecurityProfile {
    SecurityProfile(
      name: name, description: nil, behaviors: [], alertTargets: [:],
      additionalMetricsToRetain: [], metricsExportConfig: nil, version: 1, creationDate: 0,
      lastModifiedDate: 0, number: number, behaviorNumbers: [], nextBehaviorNumber: 1)
  }

  private func thing(_ name: ThingName) -> Thing { Thing(name: name, id: "id of \(name.text)") }

  private func group(_ name: String, below parent: String? = nil) -> ThingGroup {
    ThingGroup(name: name, id: "id of \(name)", parent: parent, creationDate: 0)
  }
}
