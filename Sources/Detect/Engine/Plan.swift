/// A profile compiled for judging. Immutable and shared by every thing that the profile covers.
final class ProfilePlan: Sendable {
  /// One behavior of the plan, in the profile's order.
  struct Entry: Sendable {
    let rule: BehaviorRule
    /// The behavior with its defaults resolved, as events carry it.
    let behavior: Behavior
    let number: UInt32
    let criteriaType: BehaviorCriteriaType
  }

  let profileName: String
  let profileNumber: UInt32
  let entries: [Entry]
  /// Every metric that a behavior uses or that is retained, narrowed ones under numbers of their own.
  let metrics: Set<Metric>
  /// The filters of the dimensions that narrow some of them.
  let filters: [TopicFilters]

  init(
    _ profile: SecurityProfile, of definitions: MetricDefinitions, settings: Settings,
    sharing sets: inout SharedSets
  ) {
    profileName = profile.name
    profileNumber = profile.number
    let rules = profile.rules(of: definitions, settings: settings)
    var entries: [Entry] = []
    for (behavior, (var rule, number)) in zip(
      profile.behaviors, zip(rules, profile.behaviorNumbers))
    {
      rule.criterion = rule.criterion.map { sets.shared($0) }
      entries.append(
        Entry(
          rule: rule, behavior: behavior.resolved, number: number,
          criteriaType: behavior.criteriaType))
    }
    self.entries = entries
    let retained = profile.additionalMetricsToRetain.compactMap {
      definitions.resolve($0.metric, $0.metricDimension)?.metric
    }
    metrics = Set(entries.map(\.rule.metric)).union(retained)
    let references =
      profile.behaviors.map(\.metricDimension)
      + profile.additionalMetricsToRetain.map(\.metricDimension)
    filters = Set(references.compactMap { $0?.dimensionName }).sorted()
      .compactMap { definitions.filters(ofDimension: $0) }
  }
}

/// Everything by which a thing is judged: its covering profiles in the order of their names. One coverage
/// is shared by all things that have the same.
final class Coverage: Sendable {
  /// One behavior to judge; a thing's streaks lie in the order of its coverage's slots. An object, so that handing
  /// one on costs no copy of its criterion.
  final class Slot: Sendable {
    let plan: ProfilePlan
    /// Index of the behavior in `plan.entries`.
    let index: Int
    let identity: SlotIdentity
    let metric: Metric
    let criterion: BehaviorRule.Criterion
    let when: Judgement
    /// The length of the window that ends at a report's time, nil where the report is judged alone.
    let arrivalWindow: Int64?
    let datapointsToAlarm: UInt8
    let datapointsToClear: UInt8

    var entry: ProfilePlan.Entry { plan.entries[index] }

    fileprivate init(_ plan: ProfilePlan, _ index: Int, _ criterion: BehaviorRule.Criterion) {
      let rule = plan.entries[index].rule
      self.plan = plan
      self.index = index
      self.criterion = criterion
      identity = SlotIdentity(profile: plan.profileNumber, behavior: plan.entries[index].number)
      metric = rule.metric
      when = Coverage.judgement(of: criterion, rule.family)
      arrivalWindow = when == .onArrival && rule.family == .reportedCounter ? rule.duration : nil
      datapointsToAlarm = UInt8(rule.datapointsToAlarm)
      datapointsToClear = UInt8(rule.datapointsToClear)
    }
  }

  /// When a behavior is judged (evaluation.md 4).
  enum Judgement: Sendable {
    /// When a report arrives.
    case onArrival
    /// When a bucket closes, each thing by itself.
    case atClose
    /// When a bucket closes, against all things of the profile.
    case acrossThings
  }

  static let none = Coverage([])

  let plans: [ProfilePlan]
  let slots: [Slot]
  /// The indices of those that are judged when a report arrives.
  let arrivals: [Int]
  /// The metrics among those in use that a dimension narrows.
  let narrowed: NarrowedMetrics
  /// The metrics that a covering profile uses.
  let used: MetricSet
  /// The metrics that a behavior sums over a window that ends at a report's time.
  private let summed: MetricSet

  init(_ plans: [ProfilePlan]) {
    self.plans = plans
    var slots: [Slot] = []
    var used = MetricSet()
    var summed = MetricSet()
    for plan in plans {
      for metric in plan.metrics { used.insert(metric) }
      for (index, entry) in plan.entries.enumerated() {
        guard let criterion = entry.rule.criterion else { continue }
        let slot = Slot(plan, index, criterion)
        if slot.arrivalWindow != nil { summed.insert(slot.metric) }
        slots.append(slot)
      }
    }
    self.slots = slots
    arrivals = slots.indices.filter { slots[$0].when == .onArrival }
    narrowed = NarrowedMetrics(of: plans)
    self.used = used
    self.summed = summed
  }

  func uses(_ metric: Metric) -> Bool { used.contains(metric) }

  func needsValues(of metric: Metric) -> Bool { summed.contains(metric) }

  private static func judgement(
    of criterion: BehaviorRule.Criterion, _ family: MetricFamily
  ) -> Judgement {
    if case .percentile = criterion { return .acrossThings }
    switch family {
    case .bucketedCounter, .bucketedSample: return .atClose
    case .reportedCounter, .reportedGauge, .list: return .onArrival
    }
  }
}

/// A few metrics, asked for at every datapoint: AWS's own, whose numbers are small, in one word; all others,
/// whose numbers may be any, in a short sorted list.
struct MetricSet: Sendable {
  private var ofAWS: UInt64 = 0
  private var others: [UInt32] = []

  mutating func insert(_ metric: Metric) {
    guard metric.number >= 64 else {
      ofAWS |= 1 << UInt64(metric.number)
      return
    }
    let place = place(of: metric.number)
    if place == others.count || others[place] != metric.number {
      others.insert(metric.number, at: place)
    }
  }

  func contains(_ metric: Metric) -> Bool {
    guard metric.number >= 64 else { return ofAWS >> UInt64(metric.number) & 1 == 1 }
    let place = place(of: metric.number)
    return place < others.count && others[place] == metric.number
  }

  /// Where in `others` the number is or would be.
  private func place(of number: UInt32) -> Int {
    var low = 0
    var high = others.count
    while low < high {
      let middle = (low + high) / 2
      if others[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Names a behavior in stored state: it stays the same for as long as the behavior means the same.
struct SlotIdentity: Hashable, Comparable, Sendable {
  var profile: UInt32
  var behavior: UInt32

  static func < (a: SlotIdentity, b: SlotIdentity) -> Bool {
    (a.profile, a.behavior) < (b.profile, b.behavior)
  }
}
