@testable import Detect

/// Who is judged by what, and what a change of that ends.
extension TwinEngine {
  // MARK: Who is judged

  func covering(_ thing: String) -> [SecurityProfile] {
    var groups = members.filter { $0.thing == thing }.map(\.group)
    for group in groups {
      var above = parents[group]
      while let name = above {
        groups.append(name)
        above = parents[name]
      }
    }
    return profiles.values.filter { profile in
      attached.contains { pair in
        guard pair.profile == profile.name else { return false }
        switch pair.target {
        case .allThings: return true
        case .registeredThings: return registered.contains(thing)
        case .unregisteredThings: return !registered.contains(thing)
        case .thingGroup(let name): return groups.contains(name)
        }
      }
    }.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
  }

  func uses(_ thing: String, _ used: Meter) -> Bool {
    covering(thing).contains { profile in
      profile.behaviors.contains { meter($0.metric, $0.metricDimension) == used }
        || profile.additionalMetricsToRetain.contains {
          meter($0.metric, $0.metricDimension) == used
        }
    }
  }

  // MARK: What is measured

  /// What the metric of this name is now, seen through a dimension if there is one.
  func meter(_ name: String?, _ dimension: MetricDimension?) -> Meter? {
    guard let metric = metric(name) else { return nil }
    guard let dimension else { return Meter(metric: metric) }
    let isOutside = dimension.dimensionValueOperator == "NOT_IN"
    return Meter(metric: metric, scope: scope(dimension.dimensionName, isOutside: isOutside))
  }

  /// Everything that a datapoint of a report counts for.
  func meters(_ place: Int, of report: MetricReport) -> [Meter] {
    let datapoint = report.datapoints[place]
    var meters = [Meter(metric: datapoint.metric)]
    guard let topic = report.topics.first(where: { $0.datapoint == place })?.topic else {
      return meters
    }
    for dimension in dimensions.values {
      let isInside = dimension.stringValues.contains {
        NaiveTopicFilter($0, clientID: report.thing.text).matches(topic)
      }
      meters.append(
        Meter(metric: datapoint.metric, scope: scope(dimension.name, isOutside: !isInside)))
    }
    return meters
  }

  private func scope(_ dimension: String, isOutside: Bool) -> String {
    "\(isOutside ? "outside" : "inside") \(dimension) \(editions[dimension] ?? 0)"
  }

  private func metric(_ name: String?) -> Metric? {
    if let number = custom[name ?? ""]?.number { return Metric(number: UInt32(number)) }
    return Metric.catalogue.first { $0.name == name }?.metric
  }

  // MARK: Changes

  mutating func apply(_ change: Change) {
    switch change {
    case .putProfile(let profile): profiles[profile.name] = profile
    case .removeProfile(let name): profiles[name] = nil
    case .attach(let profile, let target): attached.append((profile, target))
    case .detach(let profile, let target): attached.removeAll { $0 == (profile, target) }
    case .putThing(let thing):
      if registered.insert(thing.name.text).inserted { emptyWindows(of: thing.name.text) }
    case .removeThing(let name):
      if registered.remove(name.text) != nil { emptyWindows(of: name.text) }
    case .putGroup(let group): parents[group.name] = group.parent
    case .removeGroup(let name): parents[name] = nil
    case .join(let thing, let group): members.append((thing.text, group))
    case .leave(let thing, let group): members.removeAll { $0 == (thing.text, group) }
    case .putCustomMetric(let metric): custom[metric.name] = metric
    case .removeCustomMetric(let name): custom[name] = nil
    case .putDimension(let dimension):
      let before = dimensions[dimension.name].map { Set($0.stringValues) }
      dimensions[dimension.name] = dimension
      guard before != Set(dimension.stringValues) else { break }
      edited += 1
      editions[dimension.name] = edited
    case .removeDimension(let name): dimensions[name] = nil
    case .giveMetricNumber, .giveDimensionNumber, .putTags: break
    }
  }

  mutating func emptyWindows(of thing: String) {
    values.removeAll { $0.thing == thing }
  }

  /// Two behaviors mean the same when what is left after defaults, order and doubles are gone is equal.
  func meaning(_ behavior: Behavior) -> [String] {
    let criteria = behavior.criteria
    var parts = [
      behavior.metric ?? "", meter(behavior.metric, behavior.metricDimension)?.scope ?? "",
      criteria?.comparisonOperator ?? "", criteria?.statistic ?? "",
    ]
    parts.append("\(criteria?.durationSeconds ?? 0)")
    parts.append("\(criteria?.consecutiveDatapointsToAlarm ?? 1)")
    parts.append("\(criteria?.consecutiveDatapointsToClear ?? 1)")
    switch criteria?.value {
    case .count(let count)?: parts.append("\(count)")
    case .ports(let ports)?: parts += Set(ports).sorted().map(String.init)
    case .cidrs(let cidrs)?: parts += Set(cidrs).sorted()
    case .number(let number)?: parts.append("\(number + 0)")
    case .numbers(let numbers)?: parts += numbers.map { "\($0)" }
    case .strings(let texts)?: parts += texts
    case nil: break
    }
    return parts
  }

  /// Drops what is not judged any more, and returns what there is to say of it, in order.
  mutating func endWhatIsNotJudged() -> [Said] {
    var ended: [(key: Key, streak: Streak)] = []
    for (key, streak) in streaks {
      let profile = covering(key.thing).first { $0.name == key.profile }
      let behavior = profile?.behaviors.first { $0.name == key.behavior }
      if let behavior, meaning(behavior) == streak.meaning {
        streaks[key]?.order = profile?.behaviors.firstIndex { $0.name == key.behavior } ?? 0
      } else {
        ended.append((key, streak))
        streaks[key] = nil
      }
    }
    ended.sort { a, b in
      if a.key.thing != b.key.thing { return a.key.thing < b.key.thing }
      if a.key.profile != b.key.profile { return a.key.profile < b.key.profile }
      return a.streak.order < b.streak.order
    }
    return ended.compactMap { key, streak in
      guard let alarm = streak.alarm else { return nil }
      return Said(
        type: .alarmInvalidated, thing: key.thing, profile: key.profile, behavior: key.behavior,
        time: clock, value: nil, episode: alarm.id,
        verification: verifications[alarm.id] ?? .none)
    }
  }
}
