@testable import Detect

/// The engine again, slow and obvious: it forgets nothing, keeps every value in one list, and works each
/// answer out from the beginning. It shares the nouns with the real engine and no line of its logic.
struct TwinEngine {
  /// What a value is of: a metric, or what an operator and the filters of a dimension let through of it.
  struct Meter: Hashable {
    var metric: Metric
    var scope = ""
  }

  struct Value {
    var thing: String
    var meter: Meter
    var time: Int64
    var amount: Double
  }

  struct Streak {
    /// What the behavior meant when the streak began.
    var meaning: [String]
    /// Place in the profile when the streak began, for the order of invalidations.
    var order: Int
    var violating = 0
    var conforming = 0
    var alarm: (id: Int, lastDatapoint: Int64)?
    /// The violating datapoints so far, oldest first.
    var trace: [ExplainedDatapoint] = []
  }

  struct Key: Hashable {
    var thing: String
    var profile: String
    var behavior: String
  }

  /// What an event says, without sequence numbers and identifiers: the place in the list is the number.
  struct Said: Equatable {
    var type: ViolationEventType
    var thing: String
    var profile: String
    var behavior: String
    var time: Int64
    var value: MetricValue?
    /// The same for all events of one episode.
    var episode: Int
    var verification = Verification.none
    /// Of what raises an alarm.
    var datapoints: [ExplainedDatapoint] = []
    var targets: Set<Target> = []
  }

  var settings = Settings()
  var clock: Int64 = 0
  var profiles: [String: SecurityProfile] = [:]
  var custom: [String: CustomMetric] = [:]
  var dimensions: [String: Dimension] = [:]
  /// How often the filters of any dimension have been others, counted when those of this name last were.
  var editions: [String: Int] = [:]
  var edited = 0
  var attached: [(profile: String, target: Target)] = []
  var registered: Set<String> = []
  var parents: [String: String] = [:]
  var members: [(thing: String, group: String)] = []
  var seenIDs: [String: [UInt64]] = [:]
  var values: [Value] = []
  var streaks: [Key: Streak] = [:]
  var closed: Int64 = .min
  var episodes = 0
  var verifications: [Int: Verification] = [:]
  var said: [Said] = []

  /// What is left of a close or a change, a piece after the other.
  var pieces: [Piece] = []
  /// How far the advance goes that has not come to its end.
  var horizon: Int64?
  /// Whether a change has something left to say; what reports lead to is said behind it.
  var isRollingOut = false
  var waiting: [Said] = []

  mutating func apply(_ input: Input) {
    switch input {
    case .reports(let reports, let time):
      clock = max(clock, time)
      for report in reports { take(report) }
    case .changes(let changes, let time, let steps):
      clock = max(clock, time)
      for change in changes { apply(change) }
      say(endWhatIsNotJudged(), of: changes)
      proceed(steps)
    case .advance(let time, let steps):
      clock = max(clock, time)
      horizon = clock - settings.grace
      proceed(steps)
    case .proceed(let steps): proceed(steps)
    case .configure(let settings): self.settings = settings
    // Identifiers are not the twin's; whoever compares tells it the episode.
    case .verify(_, let time): clock = max(clock, time)
    }
  }

  mutating func verify(episode: Int, _ verification: Verification) {
    verifications[episode] = verification
  }

  // MARK: Reports

  mutating func take(_ report: MetricReport) {
    let thing = report.thing.text
    let seen = seenIDs[thing] ?? []
    let remembered = seen.suffix(64)
    if remembered.contains(report.id) { return }
    if let forgotten = seen.dropLast(64).max(), report.id <= forgotten { return }
    let time = report.time ?? clock
    if report.time != nil, time <= clock - settings.grace || time > clock + 1000 { return }
    seenIDs[thing, default: []].append(report.id)

    for (place, datapoint) in report.datapoints.enumerated() {
      for meter in meters(place, of: report) where uses(thing, meter) {
        if case .count(let count) = datapoint.value {
          values.append(Value(thing: thing, meter: meter, time: time, amount: Double(count)))
        }
        if case .number(let number) = datapoint.value {
          values.append(Value(thing: thing, meter: meter, time: time, amount: number))
        }
      }
    }
    for profile in covering(thing) {
      for behavior in profile.behaviors {
        judgeOnArrival(report, thing, profile, behavior, at: time)
      }
    }
  }

  mutating func judgeOnArrival(
    _ report: MetricReport, _ thing: String, _ profile: SecurityProfile, _ behavior: Behavior,
    at time: Int64
  ) {
    guard let criteria = behavior.criteria, criteria.statistic == nil else { return }
    let reported = report.datapoints.indices
      .filter { place in
        meter(behavior.metric, behavior.metricDimension).map {
          meters(place, of: report).contains($0)
        } ?? false
      }.map { report.datapoints[$0].value }
    guard !reported.isEmpty else { return }
    let key = Key(thing: thing, profile: profile.name, behavior: behavior.name)
    switch (behavior.metric, criteria.value) {
    case ("aws:listening-tcp-ports", .ports(let set)?):
      let ports = reported.flatMap { value -> [Int64] in
        if case .ports(let ports) = value { ports.map(Int64.init) } else { [] }
      }
      let inside = ports.filter(set.contains).count
      let conforms =
        criteria.comparisonOperator == "in-port-set" ? inside == ports.count : inside == 0
      count(key, behavior, conforms, at: time, .ports(ports))
    case (_, .cidrs?):
      let texts = reported.flatMap { value -> [String] in
        if case .addresses(let addresses) = value { addresses.texts } else { [] }
      }
      // The only network of these stories is 10.0.0.0/30.
      let network = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]
      let inside = texts.filter(network.contains).count
      let conforms =
        criteria.comparisonOperator == "in-cidr-set" ? inside == texts.count : inside == 0
      count(key, behavior, conforms, at: time, .cidrs(texts))
    case (_, .numbers(let set)?):
      let numbers = reported.flatMap { value -> [Double] in
        if case .numbers(let numbers) = value { numbers } else { [] }
      }
      let inside = numbers.filter(set.contains).count
      let conforms = criteria.comparisonOperator == "in-set" ? inside == numbers.count : inside == 0
      count(key, behavior, conforms, at: time, .numbers(numbers))
    case (_, .strings(let set)?):
      let texts = reported.flatMap { value -> [String] in
        if case .strings(let texts) = value { texts } else { [] }
      }
      let inside = texts.filter(set.contains).count
      let conforms = criteria.comparisonOperator == "in-set" ? inside == texts.count : inside == 0
      count(key, behavior, conforms, at: time, .strings(texts))
    case (_, .number(let threshold)?):
      guard case .number(let last)? = reported.last else { return }
      count(key, behavior, holds(last, criteria, threshold), at: time, .number(last))
    case ("aws:all-bytes-out", .count(let threshold)?):
      let counts = reported.compactMap { value -> Double? in
        if case .count(let count) = value { Double(count) } else { nil }
      }
      var sum = counts.reduce(0, +)
      if let seconds = criteria.durationSeconds {
        sum = amounts(thing, behavior) { $0 > time - seconds * 1000 && $0 <= time }.reduce(0, +)
      }
      count(key, behavior, holds(sum, criteria, Double(threshold)), at: time, .count(Int64(sum)))
    case ("aws:num-listening-tcp-ports", .count(let threshold)?):
      guard case .count(let last)? = reported.last else { return }
      let conforms = holds(Double(last), criteria, Double(threshold))
      count(key, behavior, conforms, at: time, .count(last))
    default: break
    }
  }

  // MARK: Time

  mutating func judge(_ thing: String, _ end: Int64) {
    for profile in covering(thing) {
      for behavior in profile.behaviors {
        guard let criteria = behavior.criteria,
          let value = closingValue(thing, behavior, end)
        else { continue }
        let key = Key(thing: thing, profile: profile.name, behavior: behavior.name)
        let told: MetricValue =
          custom[behavior.metric ?? ""] == nil ? .count(Int64(value)) : .number(value)
        if let statistic = criteria.statistic {
          let population = population(of: profile.name, behavior, end)
          guard population.count >= 2, !population.contains(where: { $0 < 0 }) else { continue }
          let threshold = percentile(statistic, of: population)
          let toldThreshold: MetricValue =
            custom[behavior.metric ?? ""] == nil ? .count(Int64(threshold)) : .number(threshold)
          let rank = population.count { $0 < value } + 1
          count(
            key, behavior, holds(value, criteria, threshold), at: end, told,
            .percentile(
              toldThreshold, value: told, FleetRank(things: population.count, rank: rank)))
        } else if case .count(let threshold)? = criteria.value {
          count(key, behavior, holds(value, criteria, Double(threshold)), at: end, told)
        }
      }
    }
  }

  func population(of profile: String, _ behavior: Behavior, _ end: Int64) -> [Double] {
    Set(values.map(\.thing)).filter { other in covering(other).contains { $0.name == profile } }
      .compactMap { closingValue($0, behavior, end) }.sorted()
  }

  func closingValue(_ thing: String, _ behavior: Behavior, _ end: Int64) -> Double? {
    guard let metric = behavior.metric, let criteria = behavior.criteria else { return nil }
    let isStatistical = criteria.statistic != nil
    let isBucketed = metric == "aws:num-messages-sent" || metric == "aws:message-byte-size"
    guard isStatistical || isBucketed else { return nil }
    let meter = meter(metric, behavior.metricDimension)
    let bucket = values.filter {
      $0.thing == thing && $0.meter == meter && bucketEnd($0.time) == end
    }
    guard !bucket.isEmpty else { return nil }
    if metric == "aws:num-listening-tcp-ports" || custom[metric] != nil {
      let latest = bucket.map(\.time).max()
      return bucket.last { $0.time == latest }?.amount
    }
    let length = criteria.durationSeconds.map { $0 * 1000 } ?? settings.bucket
    let window = amounts(thing, behavior) { $0 >= end - length && $0 < end }
    if metric == "aws:message-byte-size", !isStatistical {
      let wantsSmall = criteria.comparisonOperator?.hasPrefix("less") == true
      return wantsSmall ? window.max() : window.min()
    }
    return window.reduce(0, +)
  }

  func percentile(_ statistic: String, of sorted: [Double]) -> Double {
    let hundredths = Int(((Double(statistic.dropFirst()) ?? 0) * 100).rounded())
    var rank = 1
    while rank * 10000 < hundredths * sorted.count { rank += 1 }
    return sorted[rank - 1]
  }

  // MARK: Counting

  mutating func count(
    _ key: Key, _ behavior: Behavior, _ conforms: Bool, at time: Int64, _ value: MetricValue,
    _ fleet: ExplainedDatapoint.Grounds? = nil
  ) {
    let order = profiles[key.profile]?.behaviors.firstIndex { $0.name == key.behavior } ?? 0
    var streak = streaks[key] ?? Streak(meaning: meaning(behavior), order: order)
    if let alarm = streak.alarm {
      streak.alarm = (alarm.id, max(alarm.lastDatapoint, time))
    }
    if conforms {
      streak.conforming += 1
      streak.violating = 0
      streak.trace = []
      let needed = Int(behavior.criteria?.consecutiveDatapointsToClear ?? 1)
      if let alarm = streak.alarm, streak.conforming >= needed {
        streaks[key] = nil
        return say(.alarmCleared, key, at: time, value, alarm.id)
      }
    } else {
      streak.violating += 1
      streak.conforming = 0
      streak.trace.append(ExplainedDatapoint(time: time, fleet ?? grounds(value, behavior)))
      let needed = Int(behavior.criteria?.consecutiveDatapointsToAlarm ?? 1)
      if streak.alarm == nil, streak.violating >= needed {
        episodes += 1
        streak.alarm = (episodes, time)
        say(
          .inAlarm, key, at: time, value, episodes, because: streak.trace,
          targets(of: key.profile, covering: key.thing))
      }
    }
    streaks[key] = streak
  }

  mutating func say(
    _ type: ViolationEventType, _ key: Key, at time: Int64, _ value: MetricValue?, _ episode: Int,
    because datapoints: [ExplainedDatapoint] = [], _ targets: Set<Target> = []
  ) {
    let event = Said(
      type: type, thing: key.thing, profile: key.profile, behavior: key.behavior, time: time,
      value: value, episode: episode, verification: verifications[episode] ?? .none,
      datapoints: datapoints, targets: targets)
    if isRollingOut { waiting.append(event) } else { said.append(event) }
  }

  func holds(_ value: Double, _ criteria: BehaviorCriteria, _ threshold: Double) -> Bool {
    switch criteria.comparisonOperator {
    case "less-than": value < threshold
    case "less-than-equals": value <= threshold
    case "greater-than": value > threshold
    default: value >= threshold
    }
  }

  func amounts(
    _ thing: String, _ behavior: Behavior, _ isInside: (Int64) -> Bool
  ) -> [Double] {
    let meter = meter(behavior.metric, behavior.metricDimension)
    return values.filter { $0.thing == thing && $0.meter == meter && isInside($0.time) }
      .map(\.amount)
  }

  func bucketEnd(_ time: Int64) -> Int64 {
    (time / settings.bucket + 1) * settings.bucket
  }
}
