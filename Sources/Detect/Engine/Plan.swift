/// A profile compiled for judging. Immutable and shared by every thing that the profile covers.
final class ProfilePlan: Sendable {
  /// One behavior of the plan, in the profile's order.
  struct Entry: Sendable {
    let rule: BehaviorRule
    /// The behavior with its defaults resolved, as events carry it.
    let behavior: Behavior
    let number: UInt32
    let family: MetricFamily
    let criteriaType: BehaviorCriteriaType
  }

  let profileName: String
  let profileNumber: UInt32
  let entries: [Entry]
  /// Every metric that a behavior uses or that is retained.
  let metrics: Set<Metric>

  init(_ profile: SecurityProfile, settings: Settings) {
    profileName = profile.name
    profileNumber = profile.number
    entries = zip(
      profile.behaviors, zip(profile.rules(settings: settings), profile.behaviorNumbers)
    )
    .map { behavior, compiled in
      Entry(
        rule: compiled.0, behavior: behavior.resolved, number: compiled.1,
        family: compiled.0.metric.description.family, criteriaType: behavior.criteriaType)
    }
    let retained = profile.additionalMetricsToRetain.compactMap { Metric.named($0.metric)?.metric }
    metrics = Set(entries.map(\.rule.metric)).union(retained)
  }
}

/// Everything by which a thing is judged: its covering profiles in the order of their names. One coverage
/// is shared by all things that have the same.
final class Coverage: Sendable {
  /// One behavior to judge; a thing's streaks lie in the order of its coverage's slots.
  struct Slot: Sendable {
    let plan: ProfilePlan
    /// Index of the behavior in `plan.entries`.
    let index: Int
    let criterion: BehaviorRule.Criterion
    let when: Judgement

    var entry: ProfilePlan.Entry { plan.entries[index] }
    var metric: Metric { entry.rule.metric }
    var identity: SlotIdentity {
      SlotIdentity(profile: plan.profileNumber, behavior: entry.number)
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
  /// By metric number: whether a covering profile uses the metric.
  private let uses: [Bool]
  /// By metric number: whether a behavior sums the metric over a window that ends at a report's time.
  private let needs: [Bool]

  init(_ plans: [ProfilePlan]) {
    self.plans = plans
    var slots: [Slot] = []
    var uses: [Bool] = []
    var needs: [Bool] = []
    func mark(_ metric: Metric, in flags: inout [Bool]) {
      let index = Int(metric.number)
      while flags.count <= index { flags.append(false) }
      flags[index] = true
    }
    for plan in plans {
      for metric in plan.metrics { mark(metric, in: &uses) }
      for (index, entry) in plan.entries.enumerated() {
        guard let criterion = entry.rule.criterion else { continue }
        let when = Self.judgement(of: criterion, entry.family)
        if when == .onArrival, entry.family == .reportedCounter, entry.rule.duration != nil {
          mark(entry.rule.metric, in: &needs)
        }
        slots.append(Slot(plan: plan, index: index, criterion: criterion, when: when))
      }
    }
    self.slots = slots
    self.uses = uses
    self.needs = needs
  }

  func uses(_ metric: Metric) -> Bool {
    let index = Int(metric.number)
    return index < uses.count && uses[index]
  }

  func needsValues(of metric: Metric) -> Bool {
    let index = Int(metric.number)
    return index < needs.count && needs[index]
  }

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

/// Names a behavior in stored state: it stays the same for as long as the behavior means the same.
struct SlotIdentity: Hashable, Sendable {
  var profile: UInt32
  var behavior: UInt32
}
