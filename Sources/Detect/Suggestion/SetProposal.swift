/// The behavior with a set that might be suggested for a list metric: what was seen, but for what was so rare
/// that leaving it out cannot raise more alarms than wished.
enum SetProposal {
  /// The behavior, or why there is none.
  static func make(
    of metric: MetricDescription, _ sample: ValueSample, maximumAlarms: Int
  ) -> (behavior: Behavior?, reason: String) {
    let values = sample.values(of: metric.metric).map(\.value)
    let set: MetricValue?
    let comparison: String
    switch metric.kind {
    case .ports:
      let lists: [[Int64]] = values.map { if case .ports(let ports) = $0 { ports } else { [] } }
      (set, comparison) = (usual(lists, maximumAlarms).map { .ports($0) }, "in-port-set")
    case .numbers:
      let lists: [[Double]] = values.map {
        if case .numbers(let numbers) = $0 { numbers } else { [] }
      }
      (set, comparison) = (usual(lists, maximumAlarms).map { .numbers($0) }, "in-set")
    case .strings:
      let lists: [[String]] = values.map { if case .strings(let texts) = $0 { texts } else { [] } }
      (set, comparison) = (usual(lists, maximumAlarms).map { .strings($0) }, "in-set")
    case .cidrs:
      let lists: [[IPAddress]] = values.map { value in
        if case .cidrs(let texts) = value { texts.compactMap { IPAddress($0) } } else { [] }
      }
      let addresses = usual(lists, maximumAlarms, limit: .max) ?? []
      set = Networks.covering(addresses).map { .cidrs($0.map(\.text)) }
      comparison = "in-cidr-set"
    case .count, .number: return (nil, "is no list")
    }
    guard let set else { return (nil, "too many different values were seen to list them") }
    guard set.cost > 1 else { return (nil, "only empty lists were seen") }
    let criteria = BehaviorCriteria(
      comparisonOperator: comparison, value: set, consecutiveDatapointsToAlarm: 1,
      consecutiveDatapointsToClear: 1)
    return (
      Behavior(
        name: metric.behaviorName("as-seen"), metric: metric.name, criteria: criteria), ""
    )
  }

  /// The elements seen, in order, without the rarest: together these are in no more lists than alarms are
  /// wished. Nil where they are still more than a set should list.
  private static func usual<Element: Hashable & Comparable>(
    _ lists: [[Element]], _ maximumAlarms: Int, limit: Int = Limits.suggestedElements
  ) -> [Element]? {
    var counts: [Element: Int] = [:]
    for list in lists { for element in Set(list) { counts[element, default: 0] += 1 } }
    let rarestFirst = counts.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    var left = maximumAlarms
    let kept = rarestFirst.drop { element in
      left -= element.value
      return left >= 0
    }
    return kept.count <= limit ? kept.map(\.key).sorted() : nil
  }
}

/// Networks around addresses.
enum Networks {
  /// Lengths that are tried, from the narrowest: a network is as wide as need be, and no wider.
  private static let lengthsOfIPv4 = [32, 28, 24, 20, 16, 12, 8]
  private static let lengthsOfIPv6 = [128, 64, 56, 48, 32, 16]

  /// Few networks that hold all of the addresses, IPv4 first and by rising number; nil where even the widest
  /// are too many.
  static func covering(_ addresses: [IPAddress]) -> [CIDR]? {
    let v4 = covering(addresses.filter(\.isIPv4), lengthsOfIPv4)
    let v6 = covering(addresses.filter { !$0.isIPv4 }, lengthsOfIPv6)
    guard let v4, let v6 else { return nil }
    return v4 + v6
  }

  private static func covering(_ addresses: [IPAddress], _ lengths: [Int]) -> [CIDR]? {
    for length in lengths {
      let networks = Set(addresses.compactMap { network(of: $0, length) })
      if networks.count <= Limits.suggestedNetworks {
        return networks.sorted { $0.network < $1.network }
      }
    }
    return nil
  }

  /// The network of an address. Those of IPv6 that begin with 64 zeros hold ::1 and what is left of other old
  /// forms, and around them the range of mapped IPv4 addresses: they stand alone.
  private static func network(of address: IPAddress, _ length: Int) -> CIDR? {
    CIDR(network: address, length: !address.isIPv4 && address.high == 0 ? 128 : length)
  }
}
