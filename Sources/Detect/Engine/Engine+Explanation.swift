/// The datapoints of violating streaks that have raised no alarm yet. Few streaks violate, and most raise an
/// alarm with their first datapoint, so what explains an alarm lies here and not with the streak.
struct TraceTable: Sendable {
  struct Key: Hashable, Sendable {
    /// Index of the thing in the engine's table.
    var thing: Int
    var identity: SlotIdentity
  }

  private var traces: [Key: [ExplainedDatapoint]] = [:]

  var count: Int { traces.count }

  /// At most as many as a behavior may ask for before an alarm, less one.
  subscript(key: Key) -> [ExplainedDatapoint] {
    get { traces[key] ?? [] }
    set { traces[key] = newValue.isEmpty ? nil : newValue }
  }

  /// Ends a trace and gives its datapoints.
  mutating func end(_ key: Key) -> [ExplainedDatapoint] { traces.removeValue(forKey: key) ?? [] }
}

extension Engine {
  /// Why an alarm was raised.
  func explanation(
    of alarm: Alarm, _ slot: Coverage.Slot, _ datapoints: [ExplainedDatapoint]
  ) -> ViolationExplanation {
    let thing = things[alarm.thing].name
    return ViolationExplanation(
      violationID: alarm.violationID, thing: thing,
      securityProfileName: slot.plan.profileName, behavior: slot.entry.behavior,
      targets: catalog.targets(covering: thing).filter {
        catalog.isAttached(profile: slot.plan.profileName, to: $0)
      },
      datapoints: datapoints)
  }
}

/// The threshold of a statistical behavior at a close.
struct FleetThreshold: Sendable {
  let value: Int64
  /// Things with a datapoint.
  let count: Int
  private let comparison: BehaviorRule.Comparison
  /// The values that violate, in runs of rising values; the others are not sorted. A rank is that of all
  /// runs together, so they need not be merged.
  private var violating: [[Int64]] = []

  init(_ comparison: BehaviorRule.Comparison, _ value: Int64, count: Int) {
    self.comparison = comparison
    self.value = value
    self.count = count
  }

  /// Takes in some of the values of which this is the threshold.
  mutating func add(_ values: ArraySlice<Int64>) {
    let run = values.filter { !comparison.holds($0, value) }.sorted()
    if !run.isEmpty { violating.append(run) }
  }

  /// The rank of a value that violates.
  func rank(of value: Int64) -> FleetRank {
    let conforming = count - violating.reduce(0) { $0 + $1.count }
    let below = violating.reduce(comparison.wantsLess ? conforming : 0) { below, run in
      below + Self.count(of: run, below: value)
    }
    return FleetRank(things: count, rank: below + 1)
  }

  private static func count(of run: [Int64], below value: Int64) -> Int {
    var low = 0
    var high = run.count
    while low < high {
      let middle = (low + high) / 2
      if run[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension ExplainedDatapoint.Grounds {
  /// Why a value at a close violates: the fleet's threshold, where there is one, else the behavior's.
  static func atClose(_ value: Int64, _ slot: Coverage.Slot, _ fleet: FleetThreshold?) -> Self {
    let kind = slot.entry.rule.kind
    let measured = MetricValue(amount: value, kind)
    switch (slot.criterion, fleet) {
    case (.threshold(_, let threshold), _):
      return .threshold(MetricValue(amount: threshold, kind), value: measured)
    case (.percentile, let fleet?):
      return .percentile(
        MetricValue(amount: fleet.value, kind), value: measured, fleet.rank(of: value))
    case (.percentile, nil), (.addresses, _), (.ports, _), (.numbers, _), (.strings, _):
      preconditionFailure("judged at a close without a threshold")
    }
  }
}

// MARK: Elements at fault

extension ElementsAtFault {
  /// The addresses outside of a set, or inside of one where none may be.
  ///
  /// - Parameter networks: what the set was made of. Which of them hold an address is asked only here, so
  ///   the sets of plans need not keep it.
  init(
    _ reported: ReportedAddresses, of set: CIDRSet, within: Bool, networks: () -> [CIDR]
  ) {
    let faults = Self.places(
      in: set.containment(of: reported.addresses), count: reported.addresses.count,
      inside: !within)
    var longest: [String] = []
    if !within {
      let set = CIDRSet(networks(), keepingPrefixes: true)
      longest = faults.first.map { set.longestMatch(reported.addresses[$0])?.text ?? "" }
    }
    self.init(
      elements: .cidrs(faults.first.map { reported.texts[$0] }), networks: longest,
      count: faults.count, listCount: reported.addresses.count)
  }

  /// The ports outside of a set, or inside of one where none may be.
  init(_ ports: [UInt16], of set: PortSet, within: Bool) {
    let faults = Self.places(
      in: set.containment(of: ports), count: ports.count, inside: !within)
    self.init(
      elements: .ports(faults.first.map { Int64(ports[$0]) }), count: faults.count,
      listCount: ports.count)
  }

  /// The elements that are at fault, of numbers or texts.
  init<Element>(
    _ elements: [Element], as value: ([Element]) -> MetricValue, where isAtFault: (Element) -> Bool
  ) {
    let faults = elements.filter(isAtFault)
    self.init(
      elements: value(Array(faults.prefix(Limits.explainedElements))), count: faults.count,
      listCount: elements.count)
  }

  /// The places whose bit says `inside`: the first of them, and how many there are.
  private static func places(
    in bits: [UInt64], count: Int, inside: Bool
  ) -> (first: [Int], count: Int) {
    let places = (0..<count).filter { (bits[$0 / 64] >> UInt64($0 % 64) & 1 == 1) == inside }
    return (Array(places.prefix(Limits.explainedElements)), places.count)
  }
}
