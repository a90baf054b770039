/// All that users have told the service: profiles, metrics, targets, things, groups and tags.
///
/// A value: operations decide against it, changes are applied to it, and the same changes in the same
/// order always give the same catalog.
package struct Catalog: Sendable {
  package internal(set) var settings: Settings

  /// Profiles by name.
  package private(set) var profiles: [String: SecurityProfile] = [:]
  package private(set) var profileNames = SortedList<String>()
  /// Registered things by name.
  package private(set) var things: [ThingName: Thing] = [:]
  package private(set) var thingNames = SortedList<ThingName>()
  /// Groups by name.
  package private(set) var groups: [String: ThingGroup] = [:]
  package private(set) var groupNames = SortedList<String>()
  /// Custom metrics by name.
  package private(set) var customMetrics: [String: CustomMetric] = [:]
  package private(set) var customMetricNames = SortedList<String>()
  /// Dimensions by name.
  package private(set) var dimensions: [String: Dimension] = [:]
  package private(set) var dimensionNames = SortedList<String>()
  /// The number that the latest filters of a dimension were given, nil before the first.
  private(set) var lastDimensionNumber: UInt32?
  /// Every metric and dimension there is, for those who look one up.
  package private(set) var metrics = MetricDefinitions()
  /// The number that the latest custom metric was given, nil before the first.
  private(set) var lastMetricNumber: UInt16?
  /// Tags by the resource part of an ARN, for example `securityprofile/Cameras`.
  package private(set) var tags: [String: [Tag]] = [:]

  private var targetsByProfile: [String: SortedList<Target>] = [:]
  private var profilesByTarget: [Target: SortedList<String>] = [:]
  private var groupsByThing: [ThingName: SortedList<String>] = [:]
  private var thingsByGroup: [String: SortedList<ThingName>] = [:]
  private var childrenByGroup: [String: SortedList<String>] = [:]

  package init(settings: Settings) {
    self.settings = settings
  }

  package var account: Account { settings.account }

  // MARK: Relations

  /// The targets of a profile, in the order of their ARNs.
  package func targets(ofProfile name: String) -> SortedList<Target> {
    targetsByProfile[name] ?? SortedList()
  }

  /// The names of the profiles attached to exactly this target, in order.
  package func profiles(attachedTo target: Target) -> SortedList<String> {
    profilesByTarget[target] ?? SortedList()
  }

  /// Whether a profile is attached to exactly this target.
  package func isAttached(profile: String, to target: Target) -> Bool {
    targetsByProfile[profile]?.contains(target) ?? false
  }

  /// The names of the groups a thing is a direct member of, in order.
  package func groups(ofThing name: ThingName) -> SortedList<String> {
    groupsByThing[name] ?? SortedList()
  }

  /// The names of a group's direct members, in order.
  package func things(inGroup name: String) -> SortedList<ThingName> {
    thingsByGroup[name] ?? SortedList()
  }

  /// The names of a group's direct children, in order.
  package func children(ofGroup name: String) -> SortedList<String> {
    childrenByGroup[name] ?? SortedList()
  }

  /// The group's ancestors, from its parent up to the root.
  package func ancestors(ofGroup name: String) -> [String] {
    var ancestors: [String] = []
    var current = groups[name]?.parent
    while let parent = current {
      ancestors.append(parent)
      current = groups[parent]?.parent
    }
    return ancestors
  }

  /// The names of the profiles by which a thing is judged, each once, in order (evaluation.md 7).
  package func profiles(covering thing: ThingName) -> [String] {
    var names: Set<String> = []
    for target in targets(covering: thing) {
      if let attached = profilesByTarget[target] { names.formUnion(attached.elements) }
    }
    return names.sorted()
  }

  /// Every target that covers a thing, each once, by its resource: all things, those on its side of the
  /// registry, and the groups that it is in, with those above them.
  package func targets(covering thing: ThingName) -> [Target] {
    var targets: Set<Target> = [
      .allThings, things[thing] == nil ? .unregisteredThings : .registeredThings,
    ]
    for group in groups(ofThing: thing).elements {
      targets.insert(.thingGroup(group))
      for ancestor in ancestors(ofGroup: group) { targets.insert(.thingGroup(ancestor)) }
    }
    return targets.sorted()
  }

  /// A number that no profile has.
  package var unusedProfileNumber: UInt32 {
    (profiles.values.map(\.number).max() ?? 0) + 1
  }

  /// The name of the first profile that judges or retains a metric, nil where none does.
  package func firstProfile(usingMetric name: String) -> String? {
    profileNames.elements.first { profiles[$0]?.uses(metric: name) ?? false }
  }

  /// A number that no custom metric has or had, nil once all are given away.
  package var unusedMetricNumber: UInt16? {
    guard let lastMetricNumber else { return Limits.customMetricNumbers.lowerBound }
    return lastMetricNumber < Limits.customMetricNumbers.upperBound ? lastMetricNumber + 1 : nil
  }

  /// The names of the profiles that narrow a metric by a dimension, in order.
  package func profiles(usingDimension name: String) -> [String] {
    profileNames.elements.filter { profiles[$0]?.uses(dimension: name) ?? false }
  }

  /// A number that no filters of a dimension have or had, nil once all are given away.
  package var unusedDimensionNumber: UInt32? {
    guard let lastDimensionNumber else { return Limits.dimensionNumbers.lowerBound }
    return lastDimensionNumber < Limits.dimensionNumbers.upperBound ? lastDimensionNumber + 1 : nil
  }

  // MARK: Changes

  /// The things whose coverage or rules a change may have altered.
  package enum Affected: Sendable {
    case none
    case thing(ThingName)
    case everyThing
  }

  /// Makes the change true.
  package mutating func apply(_ change: Change) -> Affected {
    switch change {
    case .putProfile(let profile):
      profiles[profile.name] = profile
      profileNames.insert(profile.name)
      return .everyThing
    case .removeProfile(let name):
      profiles[name] = nil
      profileNames.remove(name)
      return .everyThing
    case .attach(let profile, let target):
      targetsByProfile[profile, default: SortedList()].insert(target)
      profilesByTarget[target, default: SortedList()].insert(profile)
      return .everyThing
    case .detach(let profile, let target):
      Self.remove(target, from: &targetsByProfile, at: profile)
      Self.remove(profile, from: &profilesByTarget, at: target)
      return .everyThing
    case .putThing(let thing):
      things[thing.name] = thing
      thingNames.insert(thing.name)
      return .thing(thing.name)
    case .removeThing(let name):
      things[name] = nil
      thingNames.remove(name)
      return .thing(name)
    case .putGroup(let group):
      groups[group.name] = group
      groupNames.insert(group.name)
      if let parent = group.parent {
        childrenByGroup[parent, default: SortedList()].insert(group.name)
      }
      return .none
    case .removeGroup(let name):
      if let parent = groups[name]?.parent {
        Self.remove(name, from: &childrenByGroup, at: parent)
      }
      groups[name] = nil
      groupNames.remove(name)
      return .none
    case .join(let thing, let group):
      groupsByThing[thing, default: SortedList()].insert(group)
      thingsByGroup[group, default: SortedList()].insert(thing)
      return .thing(thing)
    case .leave(let thing, let group):
      Self.remove(group, from: &groupsByThing, at: thing)
      Self.remove(thing, from: &thingsByGroup, at: group)
      return .thing(thing)
    case .putTags(let resource, let list):
      tags[resource] = list.isEmpty ? nil : list
      return .none
    case .putCustomMetric(let metric):
      customMetrics[metric.name] = metric
      customMetricNames.insert(metric.name)
      metrics.insert(metric)
      return .none
    case .removeCustomMetric(let name):
      customMetrics[name] = nil
      customMetricNames.remove(name)
      metrics.remove(metric: name)
      return .none
    case .giveMetricNumber(let number):
      lastMetricNumber = number
      return .none
    case .putDimension(let dimension):
      // Who is judged otherwise is told by the profiles that are put together with it.
      dimensions[dimension.name] = dimension
      dimensionNames.insert(dimension.name)
      metrics.insert(dimension)
      return .none
    case .removeDimension(let name):
      dimensions[name] = nil
      dimensionNames.remove(name)
      metrics.remove(dimension: name)
      return .none
    case .giveDimensionNumber(let number):
      lastDimensionNumber = number
      return .none
    }
  }

  private static func remove<Key: Hashable, Element>(
    _ element: Element, from lists: inout [Key: SortedList<Element>], at key: Key
  ) {
    lists[key]?.remove(element)
    if lists[key]?.isEmpty == true { lists[key] = nil }
  }
}
