import Detect
import Testing

/// Whatever is asked in whatever order, the registry contradicts neither itself nor its limits.
@Suite struct RegistryInvariantTests {
  private let bench = OperationBench()
  private static let groups = (0..<24).map { "g\($0)" }
  private static let things = (0..<6).map { "t\($0)" }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Random operations keep every rule of things and groups`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var met: [String: Int] = [:]
    for step in 0..<3000 {
      let operation = Self.operation(using: &random)
      met[attempt(operation), default: 0] += 1
      // Attachments are made by other operations; they end with their group all the same.
      if let group = bench.catalog.groupNames.elements.randomElement(using: &random) {
        bench.apply([.attach(profile: "p", .thingGroup(group))])
      }
      if step % 10 == 0 { checkGroups(step) }
      if step % 10 == 0 { checkThings(step) }
    }
    // The run is worth something only if the rules were met and the operations carried out.
    for outcome in [
      "CreateThing", "DeleteThing", "CreateThingGroup", "DeleteThingGroup", "AddThingToThingGroup",
      "RemoveThingFromThingGroup", "UpdateThingGroupsForThing", "TagResource",
      "DeleteThingGroup invalid", "AddThingToThingGroup invalid", "AddThingToThingGroup notFound",
      "CreateThingGroup alreadyExists",
    ] { #expect(met[outcome] ?? 0 > 0, "\(outcome) never happened") }
  }

  private static func operation(using random: inout SplitMix64) -> any Operation {
    let thing = things[Int.random(in: 0..<things.count, using: &random)]
    let group = groups[Int.random(in: 0..<groups.count, using: &random)]
    let other = groups[Int.random(in: 0..<groups.count, using: &random)]
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<3: return CreateThing(thingName: thing)
    case 3: return DeleteThing(thingName: thing)
    case 4..<6: return CreateThingGroup(thingGroupName: group)
    case 6..<9: return CreateThingGroup(thingGroupName: group, parentGroupName: other)
    case 9..<11: return DeleteThingGroup(thingGroupName: group)
    case 11..<16: return AddThingToThingGroup(thingGroupName: group, thingName: thing)
    case 16: return RemoveThingFromThingGroup(thingGroupName: group, thingName: thing)
    case 17..<19:
      return UpdateThingGroupsForThing(
        thingName: thing, thingGroupsToAdd: [group], thingGroupsToRemove: [other])
    default:
      let arn = Account().arn("thinggroup/\(group)")
      return TagResource(resourceARN: arn, tags: [Tag(key: "k", value: thing)])
    }
  }

  /// Performs an operation and says what became of it.
  private func attempt<O: Operation>(_ operation: O) -> String {
    do {
      _ = try bench.perform(operation)
      return O.name
    } catch {
      switch Refusal(error) {
      case .invalid: return "\(O.name) invalid"
      case .notFound: return "\(O.name) notFound"
      case .alreadyExists: return "\(O.name) alreadyExists"
      case .versionConflict, .limitExceeded, .other: return "\(O.name) otherwise"
      }
    }
  }

  private func checkGroups(_ step: Int) {
    let catalog = bench.catalog
    for name in Self.groups {
      guard let group = catalog.groups[name] else {
        #expect(!catalog.groupNames.contains(name), "\(name) at \(step)")
        #expect(catalog.things(inGroup: name).isEmpty, "members of \(name) at \(step)")
        #expect(catalog.children(ofGroup: name).isEmpty, "children of \(name) at \(step)")
        #expect(
          catalog.profiles(attachedTo: .thingGroup(name)).isEmpty, "profiles of \(name) at \(step)")
        #expect(catalog.tags["thinggroup/\(name)"] == nil, "tags of \(name) at \(step)")
        continue
      }
      #expect(catalog.groupNames.contains(name), "\(name) at \(step)")
      #expect(catalog.ancestors(ofGroup: name).count < Limits.groupDepth, "\(name) at \(step)")
      if let parent = group.parent {
        #expect(catalog.groups[parent] != nil, "parent of \(name) at \(step)")
        #expect(catalog.children(ofGroup: parent).contains(name), "parent of \(name) at \(step)")
      }
      for member in catalog.things(inGroup: name).elements {
        #expect(catalog.groups(ofThing: member).contains(name), "\(member) in \(name) at \(step)")
      }
    }
  }

  private func checkThings(_ step: Int) {
    let catalog = bench.catalog
    for name in Self.things.map({ ThingName($0) }) {
      let groups = catalog.groups(ofThing: name).elements
      #expect(groups.isEmpty || catalog.things[name] != nil, "\(name) at \(step)")
      #expect(groups.count <= Limits.groupsPerThing, "\(name) at \(step)")
      let roots = groups.map { catalog.ancestors(ofGroup: $0).last ?? $0 }
      #expect(Set(roots).count == roots.count, "hierarchies of \(name) at \(step)")
      for group in groups {
        #expect(catalog.things(inGroup: group).contains(name), "\(name) in \(group) at \(step)")
      }
    }
  }
}
