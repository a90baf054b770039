import Testing

@testable import Detect

/// A story that a person can read, told to a real engine through the real operations.
///
/// One step a line; a `#` that stands alone begins a comment. Times are seconds since the epoch.
///
///     setting bucket 60
///     behavior PROFILE NAME METRIC OPERATOR VALUE… [over SECONDS] [alarm N] [clear N] [in D | not-in D]
///     custom-metric NAME TYPE | delete-custom-metric NAME
///     dimension D FILTER… | update-dimension D FILTER… | delete-dimension D
///     attach PROFILE TARGET            (all/things, thinggroup/G, …)
///     detach PROFILE TARGET
///     delete-profile PROFILE
///     thing T | delete-thing T | group G [under G] | join T G | leave T G
///     at SECONDS report THING ID METRIC[@TOPIC]=VALUE… [own-time SECONDS]
///     at SECONDS advance
///     explain                          (from here on, under each in-alarm event why it was)
///     slice STEPS                      what takes long is cut from here on, and goes on with
///     proceed
///
/// A VALUE is `count:5`, `ports:22,443`, `cidrs:10.0.0.0/8`, `number:-1.5`, `numbers:1,2.5`, `strings:a,b`
/// or, in a behavior, `p99.9`; `ports:` is an empty list. All `behavior` lines of a profile make it; a later one replaces the profile's behaviors
/// with those given since. What the engine says, one line an event or a report that is not taken, is what
/// follows the line `---`.
struct Scenario {
  private var engine = Engine()
  private var now: Int64 = 0
  private var steps = Int.max
  private var behaviors: [String: [Behavior]] = [:]
  private var openProfile: String?
  private var explains = false
  private(set) var said: [String] = []

  struct Fault: Error, CustomStringConvertible {
    var line: String
    var why: String
    var description: String { "\(why): \(line)" }
  }

  /// Runs the steps and returns what the engine said.
  static func run(_ text: String) throws -> [String] {
    var scenario = Scenario()
    for line in text.split(separator: "\n") {
      let end = line.firstRange(of: " # ")?.lowerBound ?? line.endIndex
      if line.hasPrefix("#") { continue }
      let step = line[..<end].split(separator: " ").map(String.init)
      if step.isEmpty { continue }
      do {
        try scenario.perform(step)
      } catch let fault as DetectError {
        throw Fault(line: String(line), why: "\(fault)")
      }
    }
    return scenario.said
  }

  private mutating func perform(_ step: [String]) throws {
    if step[0] != "behavior" { try closeProfile() }
    switch step[0] {
    case "setting": try set(step)
    case "slice": steps = Int(step[1]) ?? 0
    case "proceed": apply(.proceed(steps: steps))
    case "behavior":
      if openProfile != step[1] {
        try closeProfile()
        behaviors[step[1]] = []
        openProfile = step[1]
      }
      behaviors[step[1], default: []].append(try behavior(step))
    case "attach":
      try decide(
        AttachSecurityProfile(
          securityProfileName: step[1],
          securityProfileTargetARN: engine.catalog.account.arn(step[2])))
    case "detach":
      try decide(
        DetachSecurityProfile(
          securityProfileName: step[1],
          securityProfileTargetARN: engine.catalog.account.arn(step[2])))
    case "custom-metric":
      try decide(
        CreateCustomMetric(metricName: step[1], metricType: step[2], clientRequestToken: step[1]))
    case "delete-custom-metric": try decide(DeleteCustomMetric(metricName: step[1]))
    case "dimension":
      try decide(
        CreateDimension(
          dimensionName: step[1], type: "TOPIC_FILTER", stringValues: Array(step[2...]),
          clientRequestToken: step[1]))
    case "update-dimension":
      try decide(UpdateDimension(dimensionName: step[1], stringValues: Array(step[2...])))
    case "delete-dimension": try decide(DeleteDimension(dimensionName: step[1]))
    case "delete-profile": try decide(DeleteSecurityProfile(securityProfileName: step[1]))
    case "thing": try decide(CreateThing(thingName: step[1]))
    case "delete-thing": try decide(DeleteThing(thingName: step[1]))
    case "group":
      try decide(
        CreateThingGroup(thingGroupName: step[1], parentGroupName: step.count > 3 ? step[3] : nil))
    case "join":
      try decide(AddThingToThingGroup(thingGroupName: step[2], thingName: step[1]))
    case "leave":
      try decide(RemoveThingFromThingGroup(thingGroupName: step[2], thingName: step[1]))
    case "explain": explains = true
    case "at":
      now = try milliseconds(step[1])
      if step[2] == "advance" { return apply(.advance(to: now, steps: steps)) }
      try report(step)
    default: throw Fault(line: step.joined(separator: " "), why: "unknown step")
    }
  }

  // MARK: Steps

  private mutating func set(_ step: [String]) throws {
    var settings = engine.settings
    let value = try milliseconds(step[2])
    switch step[1] {
    case "bucket": settings.bucket = value
    case "grace": settings.grace = value
    case "silence": settings.silence = value
    case "interval": settings.minimumReportInterval = value
    case "window-capacity": settings.windowCapacity = Int(value / 1000)
    case "thing-capacity": settings.thingCapacity = Int(value / 1000)
    default: throw Fault(line: step[1], why: "unknown setting")
    }
    apply(.configure(settings))
  }

  /// Creates or updates the profile whose behaviors have been collected.
  private mutating func closeProfile() throws {
    guard let name = openProfile else { return }
    openProfile = nil
    let list = behaviors[name] ?? []
    if engine.catalog.profiles[name] == nil {
      try decide(CreateSecurityProfile(securityProfileName: name, behaviors: list))
    } else {
      try decide(UpdateSecurityProfile(securityProfileName: name, behaviors: list))
    }
  }

  private func behavior(_ step: [String]) throws -> Behavior {
    var criteria = BehaviorCriteria(comparisonOperator: step[4])
    if step[5].hasPrefix("p"), !step[5].hasPrefix("ports:") {
      criteria.statistic = step[5]
    } else {
      criteria.value = try value(step[5])
    }
    var dimension: MetricDimension?
    var rest = step[6...]
    while let option = rest.popFirst(), let argument = rest.popFirst() {
      switch option {
      case "over": criteria.durationSeconds = Int64(argument)
      case "alarm": criteria.consecutiveDatapointsToAlarm = Int64(argument)
      case "clear": criteria.consecutiveDatapointsToClear = Int64(argument)
      case "in": dimension = MetricDimension(dimensionName: argument)
      case "not-in":
        dimension = MetricDimension(dimensionName: argument, dimensionValueOperator: "NOT_IN")
      default: throw Fault(line: option, why: "unknown option of a behavior")
      }
    }
    return Behavior(
      name: step[2], metric: step[3], metricDimension: dimension, criteria: criteria)
  }

  private mutating func report(_ step: [String]) throws {
    var batch = ReportBatch(of: engine.catalog.metrics)
    var ownTime: Int64?
    var datapoints: [SentDatapoint] = []
    var rest = step[5...]
    while let word = rest.popFirst() {
      if word == "own-time", let time = rest.popFirst() {
        ownTime = try milliseconds(time)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let names = parts[0].split(separator: "@", maxSplits: 1).map(String.init)
      datapoints.append(
        SentDatapoint(names[0], try value(parts[1]), topic: names.count > 1 ? names[1] : nil))
    }
    guard let id = UInt64(step[4]) else { throw Fault(line: step[4], why: "not a report id") }
    batch.add(thingName: step[3], id: id, time: ownTime, datapoints: datapoints)
    for rejection in batch.rejections { say(rejection, step) }
    apply(.reports(batch.reports, at: now), step)
  }

  private mutating func decide<O: Operation>(_ operation: O) throws {
    let moment = Moment(now: now, identifier: "00000000-0000-0000-0000-000000000000")
    let decision = try operation.decide(engine.catalog, at: moment)
    if !decision.changes.isEmpty { apply(.changes(decision.changes, at: now, steps: steps)) }
  }

  // MARK: What is said

  private mutating func apply(_ input: Input, _ step: [String] = []) {
    let outcome = engine.apply(input)
    for event in outcome.events {
      let value = event.metricValue.map { " \(text($0))" } ?? ""
      said.append(
        "\(event.sequence) \(name(event.type)) \(event.thing.text) "
          + "\(event.securityProfileName)/\(event.behavior.name) at \(seconds(event.time))\(value)")
      for why in outcome.explanations where explains && why.violationID == event.violationID {
        said.append("  covered through \(why.targets.map(\.resource).joined(separator: ", "))")
        said += why.datapoints.map { "  at \(seconds($0.time)) \(text($0.grounds))" }
      }
    }
    for rejection in outcome.batch.rejections { say(rejection, step) }
    if outcome.batch.duplicates > 0 { said.append("duplicate \(step[3]) \(step[4])") }
  }

  private mutating func say(_ rejection: ReportRejection, _ step: [String]) {
    said.append(
      "rejected \(step[3]) \(step[4]) \(rejection.reason): \(rejection.field): \(rejection.message)"
    )
  }

  private func name(_ type: ViolationEventType) -> String {
    switch type {
    case .inAlarm: "in-alarm"
    case .alarmCleared: "alarm-cleared"
    case .alarmInvalidated: "alarm-invalidated"
    }
  }

  private func text(_ grounds: ExplainedDatapoint.Grounds) -> String {
    switch grounds {
    case .threshold(let threshold, let value): "\(text(value)), the threshold \(text(threshold))"
    case .percentile(let threshold, let value, let rank):
      "\(text(value)), number \(rank.rank) of \(rank.things), the threshold \(text(threshold))"
    case .elements(let fault):
      "\(text(fault.elements)), \(fault.count) of \(fault.listCount) at fault"
        + (fault.networks.isEmpty ? "" : ", in \(fault.networks.joined(separator: ","))")
    }
  }

  private func text(_ value: MetricValue) -> String {
    switch value {
    case .count(let count): "count:\(count)"
    case .cidrs(let texts): "cidrs:\(texts.joined(separator: ","))"
    case .ports(let ports): "ports:\(ports.map(String.init).joined(separator: ","))"
    case .number(let number): "number:\(number)"
    case .numbers(let numbers): "numbers:\(numbers.map { "\($0)" }.joined(separator: ","))"
    case .strings(let texts): "strings:\(texts.joined(separator: ","))"
    }
  }

  private func value(_ text: String) throws -> MetricValue {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let items = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
    switch parts[0] {
    case "count":
      guard let count = items.first.flatMap({ Int64($0) }) else { break }
      return .count(count)
    case "ports": return .ports(items.compactMap { Int64($0) })
    case "cidrs": return .cidrs(items)
    case "number":
      guard let number = items.first.flatMap(Double.init) else { break }
      return .number(number)
    case "numbers": return .numbers(items.compactMap(Double.init))
    case "strings": return .strings(items)
    default: break
    }
    throw Fault(line: text, why: "not a value")
  }

  private func milliseconds(_ text: String) throws -> Int64 {
    guard let seconds = Double(text) else { throw Fault(line: text, why: "not a time") }
    return Int64((seconds * 1000).rounded())
  }

  private func seconds(_ time: Int64) -> String {
    time % 1000 == 0 ? "\(time / 1000)" : "\(Double(time) / 1000)"
  }
}
