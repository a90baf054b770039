@testable import Detect

/// SplitMix64: a small generator whose numbers are the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A random life of a small fleet: profiles come and go, things join and leave groups, reports of every
/// metric family arrive, custom metrics and dimensions are made, changed and deleted, and time passes, now and then for days.
struct RandomInputs {
  private var random: SeededGenerator
  private(set) var now: Int64 = 1_700_000_000_123
  private var nextReport: [Int: UInt64] = [:]
  private var told = 0
  /// In every second life times are whole minutes, so that values lie at the very edge of windows.
  private let isCoarse: Bool
  /// Every custom metric there ever was. Those that are deleted go on being reported, as by a sender whose
  /// batch was read just before.
  private var custom: [UInt16: CustomMetric] = [:]
  /// Dimensions that behaviors may name.
  private var dimensions: [String]

  /// - Parameters:
  ///   - custom: metrics that are defined before the life begins.
  ///   - dimensions: names of dimensions that are created before the life begins.
  init(seed: UInt64, knowing custom: [CustomMetric] = [], _ dimensions: [String] = []) {
    self.dimensions = dimensions
    random = SeededGenerator(seed: seed)
    for metric in custom { self.custom[metric.number] = metric }
    isCoarse = seed % 2 == 0
    if isCoarse { now = now / 60_000 * 60_000 }
  }

  /// What every life of this kind begins with.
  var first: Input {
    let groups = [
      ThingGroup(name: "g0", id: "g0", creationDate: 0),
      ThingGroup(name: "g1", id: "g1", parent: "g0", creationDate: 0),
    ]
    let dimensions = (0..<2).map { number in
      Dimension(
        name: "dimension-\(number)", stringValues: ["a/#", "b/${iot:ClientId}"],
        number: Limits.dimensionNumbers.lowerBound + number, clientRequestToken: "first",
        creationDate: now, lastModifiedDate: now)
    }
    return .changes(
      groups.map { Change.putGroup($0) } + dimensions.map { Change.putDimension($0) }
        + [.giveDimensionNumber(Limits.dimensionNumbers.lowerBound + 1)], at: now)
  }

  mutating func next(after engine: Engine) -> Input {
    passTime()
    told += 1
    for metric in engine.catalog.customMetrics.values { custom[metric.number] = metric }
    dimensions = engine.catalog.dimensionNames.elements
    // A life begins with many changes, so that there is something to judge.
    let kind = told < 30 && chance(1, in: 2) ? 2 : Int.random(in: 0..<20, using: &random)
    switch kind {
    case 4 where !engine.isRollingOut && chance(1, in: 2): return verification(of: engine)
    case 0..<12 where engine.hasWork: return .proceed(steps: steps())
    case 0, 1: return .advance(to: now, steps: steps())
    case 2, 3:
      let changes = change(in: engine.catalog)
      return changes.isEmpty
        ? .advance(to: now, steps: steps()) : .changes(changes, at: now, steps: steps())
    default:
      return .reports((0..<Int.random(in: 1...6, using: &random)).map { _ in report() }, at: now)
    }
  }

  /// How much of a close or a change is done at once: often all, often so little that it takes many slices.
  private mutating func steps() -> Int {
    switch Int.random(in: 0..<4, using: &random) {
    case 0, 1: .max
    case 2: Int.random(in: 1...3, using: &random)
    default: Int.random(in: 1...40, using: &random)
    }
  }

  /// Mostly some seconds; often to the edge of a bucket or by a whole one, where it matters on which side of
  /// an edge a value falls; now and then by more than two days.
  private mutating func passTime() {
    switch Int.random(in: 0..<40, using: &random) {
    case 0..<28: now += Int64.random(in: 0...4, using: &random) * (isCoarse ? 60_000 : 9_973)
    case 28..<33: now = (now / 300_000 + 1) * 300_000
    case 33..<38: now += 300_000
    default: break
    }
    if chance(1, in: 300) { now += 49 * 3_600_000 }
  }

  /// What a person says of a violation that is active, or of one that never was.
  private mutating func verification(of engine: Engine) -> Input {
    let active = engine.activeViolations(limit: 20)
    let id = active.randomElement(using: &random)?.violationID
    let said = Verification(
      VerificationState.allCases.randomElement(using: &random) ?? .unknown,
      description: chance(1, in: 2) ? "said \(told)" : nil)
    return .verify(ViolationVerification(violationID: id ?? "none", said), at: now)
  }

  /// What a random operation changes; nothing where it is refused.
  private mutating func change(in catalog: Catalog) -> [Change] {
    let profile = "profile-\(Int.random(in: 0..<3, using: &random))"
    let thing = "thing-\(Int.random(in: 0..<6, using: &random))"
    let group = chance(1, in: 2) ? "g0" : "g1"
    let arn = catalog.account.arn(target().resource)
    switch Int.random(in: 0..<31, using: &random) {
    case 0...5:
      let behaviors = behaviors(of: catalog.profiles[profile])
      let retained = ["aws:num-messages-sent", "aws:source-ip-address"].map {
        MetricToRetain(metric: $0, metricDimension: dimension())
      }
      return catalog.profiles[profile] == nil
        ? decide(
          CreateSecurityProfile(
            securityProfileName: profile, behaviors: behaviors,
            additionalMetricsToRetain: ["aws:num-disconnects"],
            additionalMetricsToRetainV2: retained), catalog)
        : decide(
          UpdateSecurityProfile(securityProfileName: profile, behaviors: behaviors), catalog)
    case 6: return decide(DeleteSecurityProfile(securityProfileName: profile), catalog)
    case 7...13:
      return decide(
        AttachSecurityProfile(securityProfileName: profile, securityProfileTargetARN: arn), catalog)
    case 14:
      return decide(
        DetachSecurityProfile(securityProfileName: profile, securityProfileTargetARN: arn), catalog)
    case 15...17: return decide(CreateThing(thingName: thing), catalog)
    case 18...20:
      return decide(AddThingToThingGroup(thingGroupName: group, thingName: thing), catalog)
    case 21...25:
      let name = "custom-\(Int.random(in: 0..<4, using: &random))"
      let type = CustomMetricType.allCases[Int.random(in: 0..<4, using: &random)]
      return chance(1, in: 4)
        ? decide(DeleteCustomMetric(metricName: name), catalog)
        : decide(
          CreateCustomMetric(
            metricName: name, metricType: type.rawValue, clientRequestToken: "\(told)"), catalog)
    case 26, 27: return changeOfDimension(in: catalog)
    default:
      return chance(1, in: 2)
        ? decide(DeleteThing(thingName: thing), catalog)
        : decide(RemoveThingFromThingGroup(thingGroupName: group, thingName: thing), catalog)
    }
  }

  private mutating func changeOfDimension(in catalog: Catalog) -> [Change] {
    let name = "dimension-\(Int.random(in: 0..<3, using: &random))"
    if chance(1, in: 6) { return decide(DeleteDimension(dimensionName: name), catalog) }
    let filters = filters()
    return catalog.dimensions[name] == nil
      ? decide(
        CreateDimension(
          dimensionName: name, type: "TOPIC_FILTER", stringValues: filters,
          clientRequestToken: "\(told)"), catalog)
      : decide(UpdateDimension(dimensionName: name, stringValues: filters), catalog)
  }

  /// Filters of which each lets through some of the topics that are reported.
  mutating func filters() -> [String] {
    let filters = [
      "#", "a/#", "a/+", "b/${iot:ClientId}", "b/${iot:ClientId}/x", "+/+/x", "$aws/#",
    ]
    return (0..<Int.random(in: 1...3, using: &random)).map { _ in
      filters[Int.random(in: 0..<filters.count, using: &random)]
    }
  }

  /// Now and then none.
  private mutating func topic(of thing: Int) -> String? {
    let topics: [String?] = [
      nil, "a", "a/1", "a/1/x", "b/thing-\(thing)", "b/thing-\(thing)", "b/thing-1", "$aws/x",
    ]
    return topics[Int.random(in: 0..<topics.count, using: &random)]
  }

  private mutating func dimension() -> MetricDimension? {
    guard let name = dimensions.randomElement(using: &random) else { return nil }
    let operators: [String?] = [nil, "IN", "NOT_IN", "NOT_IN"]
    return MetricDimension(
      dimensionName: name,
      dimensionValueOperator: operators[Int.random(in: 0..<4, using: &random)])
  }

  private func decide<O: Operation>(_ operation: O, _ catalog: Catalog) -> [Change] {
    let moment = Moment(now: now, identifier: "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1")
    return (try? operation.decide(catalog, at: moment).changes) ?? []
  }

  private mutating func target() -> Target {
    let targets: [Target] = [
      .allThings, .registeredThings, .unregisteredThings, .thingGroup("g0"), .thingGroup("g1"),
    ]
    return targets[Int.random(in: 0..<targets.count, using: &random)]
  }

  /// Behaviors of which some are those that the profile has, perhaps at another place.
  private mutating func behaviors(of profile: SecurityProfile?) -> [Behavior] {
    var behaviors = (profile?.behaviors ?? []).filter { _ in chance(1, in: 2) }
    for number in 0..<Int.random(in: 1...4, using: &random) {
      let fresh = behavior(number: number)
      if !behaviors.contains(where: { $0.name == fresh.name }) { behaviors.append(fresh) }
    }
    return behaviors.shuffled(using: &random)
  }

  mutating func behavior(number: Int) -> Behavior {
    var behavior = wholeBehavior(number: number)
    let metric = Metric.named(behavior.metric ?? "")
    guard metric?.allowsDimension == true, chance(2, in: 3), let dimension = dimension() else {
      return behavior
    }
    behavior.name = "narrow-\(number)"
    behavior.metricDimension = dimension
    return behavior
  }

  /// A behavior without a dimension.
  private mutating func wholeBehavior(number: Int) -> Behavior {
    var criteria = BehaviorCriteria(
      consecutiveDatapointsToAlarm: Int64.random(in: 1...3, using: &random),
      consecutiveDatapointsToClear: Int64.random(in: 1...2, using: &random))
    let comparisons = ["less-than", "less-than-equals", "greater-than", "greater-than-equals"]
    let metric: String
    if !custom.isEmpty, chance(2, in: 5),
      let custom = custom.values.sorted(by: { $0.number < $1.number })
        .randomElement(using: &random)
    {
      judge(custom.type, comparisons, &criteria)
      return Behavior(name: "behavior-\(number)", metric: custom.name, criteria: criteria)
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      metric = "aws:listening-tcp-ports"
      criteria.comparisonOperator = chance(1, in: 2) ? "in-port-set" : "not-in-port-set"
      criteria.value = .ports([1, 2, 3])
    case 1:
      metric = chance(1, in: 5) ? "aws:destination-ip-addresses" : "aws:source-ip-address"
      criteria.comparisonOperator = chance(1, in: 2) ? "in-cidr-set" : "not-in-cidr-set"
      criteria.value = .cidrs(["10.0.0.0/30"])
    case 2:
      metric = numericMetric()
      criteria.comparisonOperator = comparisons[Int.random(in: 0..<4, using: &random)]
      criteria.statistic = Self.statistics[Int.random(in: 0..<11, using: &random)]
      criteria.durationSeconds = chance(1, in: 2) ? 300 : 900
    default:
      metric = numericMetric()
      criteria.comparisonOperator = comparisons[Int.random(in: 0..<4, using: &random)]
      criteria.value = .count(Int64.random(in: 0...8, using: &random))
      criteria.durationSeconds = chance(1, in: 2) ? nil : 600
    }
    return Behavior(name: "behavior-\(number)", metric: metric, criteria: criteria)
  }

  private static let statistics = [
    "p0", "p0.1", "p0.01", "p1", "p10", "p50", "p90", "p99", "p99.9", "p99.99", "p100",
  ]

  private mutating func judge(
    _ type: CustomMetricType, _ comparisons: [String], _ criteria: inout BehaviorCriteria
  ) {
    criteria.comparisonOperator = chance(1, in: 2) ? "in-set" : "not-in-set"
    switch type {
    case .number:
      criteria.comparisonOperator = comparisons[Int.random(in: 0..<4, using: &random)]
      criteria.durationSeconds = 300
      if chance(1, in: 2) {
        criteria.statistic = Self.statistics.randomElement(using: &random)
      } else {
        criteria.value = .number(number())
      }
    case .numberList: criteria.value = .numbers([0, 0.5, 1])
    case .stringList: criteria.value = .strings(["a", "b"])
    case .ipAddressList:
      criteria.comparisonOperator = chance(1, in: 2) ? "in-cidr-set" : "not-in-cidr-set"
      criteria.value = .cidrs(["10.0.0.0/30"])
    }
  }

  /// Seldom a negative one, since one keeps a whole fleet from being judged.
  private mutating func number() -> Double {
    let numbers = [-1.5, -0.0, 0, 0, 0.25, 0.5, 0.5, 1, 1, 2, 2.75, 1e300]
    return numbers[Int.random(in: (chance(1, in: 4) ? 0 : 1)..<numbers.count, using: &random)]
  }

  private mutating func numericMetric() -> String {
    let metrics = [
      "aws:num-messages-sent", "aws:message-byte-size", "aws:all-bytes-out",
      "aws:num-listening-tcp-ports",
    ]
    return metrics[Int.random(in: 0..<metrics.count, using: &random)]
  }

  mutating func report() -> MetricReport {
    let thing = Int.random(in: 0..<8, using: &random)
    var id = nextReport[thing, default: 1]
    nextReport[thing] = id + 1
    if chance(1, in: 20) { id = UInt64.random(in: 1...id, using: &random) }
    let time: Int64? =
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: now - Int64.random(in: -1200...31_000, using: &random)
      case 2: now / 300_000 * 300_000
      case 3: now / 300_000 * 300_000 - 1
      default: nil
      }
    var report = MetricReport(
      thing: ThingName("thing-\(thing)"), id: id, time: time, datapoints: [])
    for place in 0..<Int.random(in: 0...4, using: &random) {
      let datapoint = datapoint()
      report.datapoints.append(datapoint)
      if datapoint.metric.ofAWS?.allowsDimension == true, let topic = topic(of: thing) {
        report.topics.append(ReportedTopic(datapoint: place, topic: topic))
      }
    }
    return report
  }

  private mutating func datapoint() -> ReportedDatapoint {
    if !custom.isEmpty, chance(2, in: 5),
      let custom = custom.values.sorted(by: { $0.number < $1.number })
        .randomElement(using: &random)
    {
      return ReportedDatapoint(
        metric: Metric(number: UInt32(custom.number)), value: value(custom.type))
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      return ReportedDatapoint(
        named: "aws:listening-tcp-ports",
        .ports(
          (0..<Int.random(in: 0...3, using: &random)).map { _ in
            UInt16.random(in: 1...4, using: &random)
          }))
    case 1:
      let name = chance(1, in: 5) ? "aws:destination-ip-addresses" : "aws:source-ip-address"
      return ReportedDatapoint(named: name, addresses())
    default:
      return ReportedDatapoint(
        named: numericMetric(), .count(Int64.random(in: 0...9, using: &random)))
    }
  }

  private mutating func addresses() -> ReportedValue {
    let texts = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      "10.0.0.\(Int.random(in: 0...5, using: &random))"
    }
    return .addresses(
      ReportedAddresses(texts: texts, addresses: texts.compactMap { IPAddress($0) }))
  }

  private mutating func value(_ type: CustomMetricType) -> ReportedValue {
    switch type {
    case .number: return .number(number())
    case .numberList:
      return .numbers((0..<Int.random(in: 0...2, using: &random)).map { _ in number() })
    case .stringList:
      return .strings(
        (0..<Int.random(in: 0...2, using: &random)).map { _ in
          ["a", "b", "B", "c"][Int.random(in: 0..<4, using: &random)]
        })
    case .ipAddressList: return addresses()
    }
  }

  private mutating func chance(_ part: Int, in whole: Int) -> Bool {
    Int.random(in: 0..<whole, using: &random) < part
  }
}

extension MetricReport {
  /// The datapoints as a face would hand them over; `names` are those of the metrics.
  func sent(_ names: [Metric: String]) -> [SentDatapoint] {
    datapoints.enumerated().map { place, datapoint in
      SentDatapoint(
        names[datapoint.metric] ?? "", MetricValue(datapoint.value),
        topic: topics.first { $0.datapoint == place }?.topic)
    }
  }
}

extension ReportedDatapoint {
  fileprivate init(named name: String, _ value: ReportedValue) {
    self.init(metric: Metric.named(name)?.metric ?? Metric(number: 0), value: value)
  }
}
