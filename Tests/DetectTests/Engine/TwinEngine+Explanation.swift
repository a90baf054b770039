@testable import Detect

/// Why something violates, worked out from the behavior as it is written.
extension TwinEngine {
  func grounds(_ value: MetricValue, _ behavior: Behavior) -> ExplainedDatapoint.Grounds {
    let isIn = behavior.criteria?.comparisonOperator?.hasPrefix("in-") == true
    switch (value, behavior.criteria?.value) {
    case (.ports(let ports), .ports(let set)?):
      let wrong = ports.filter { set.contains($0) != isIn }
      return .elements(
        ElementsAtFault(
          elements: .ports(Array(wrong.prefix(16))), count: wrong.count, listCount: ports.count))
    case (.cidrs(let texts), .cidrs?):
      let network = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]
      let wrong = texts.filter { network.contains($0) != isIn }
      return .elements(
        ElementsAtFault(
          elements: .cidrs(Array(wrong.prefix(16))),
          networks: isIn ? [] : wrong.prefix(16).map { _ in "10.0.0.0/30" }, count: wrong.count,
          listCount: texts.count))
    case (.numbers(let numbers), .numbers(let set)?):
      let wrong = numbers.filter { set.contains($0) != isIn }
      return .elements(
        ElementsAtFault(
          elements: .numbers(Array(wrong.prefix(16))), count: wrong.count,
          listCount: numbers.count))
    case (.strings(let texts), .strings(let set)?):
      let wrong = texts.filter { set.contains($0) != isIn }
      return .elements(
        ElementsAtFault(
          elements: .strings(Array(wrong.prefix(16))), count: wrong.count,
          listCount: texts.count))
    case (_, let threshold?): return .threshold(threshold, value: value)
    case (_, nil): return .threshold(value, value: value)
    }
  }

  func targets(of profile: String, covering thing: String) -> Set<Target> {
    var groups = members.filter { $0.thing == thing }.map(\.group)
    for group in groups { groups += parents[group].map { [$0] } ?? [] }
    var candidates: [Target] = groups.map { .thingGroup($0) }
    candidates += [
      .allThings, registered.contains(thing) ? .registeredThings : .unregisteredThings,
    ]
    return Set(candidates.filter { target in attached.contains { $0 == (profile, target) } })
  }
}
