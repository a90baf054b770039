/// Turns one behavior into its rule, or into everything that is wrong with it.
///
/// The order of the checks is that of the rules V1 to V17 of evidence.md 4.3. What depends on the metric
/// is not looked at where the metric is unknown.
struct BehaviorParser {
  /// What a behavior cannot know by itself.
  struct Context {
    let metrics: MetricDefinitions
    let settings: Settings
    /// Whether the elements of values are looked at. Where the list has too many, that is one fault, and
    /// no element adds another.
    let looksAtElements: Bool
    /// Value elements that the behaviors to come may have; negative once there are too many.
    var elementsLeft = Limits.valueElementsPerProfile
    /// The names met so far.
    var names: Set<String> = []

    init(_ behaviors: [Behavior], of metrics: MetricDefinitions, settings: Settings) {
      self.metrics = metrics
      self.settings = settings
      let elements = behaviors.reduce(0) { $0 + $1.valueElementCount }
      looksAtElements = elements <= Limits.valueElementsPerProfile
    }
  }

  private let behavior: Behavior
  private let index: Int
  private(set) var faults: [BehaviorFault] = []

  init(_ behavior: Behavior, index: Int) {
    self.behavior = behavior
    self.index = index
  }

  /// The rule, or nil where there are faults.
  mutating func parse(_ context: inout Context) -> BehaviorRule? {
    checkName(&context)
    let metric = parseMetric(context.metrics)
    guard let criteria = behavior.criteria else {
      checkDimension(metric, context.metrics)
      return rule(context.metrics, criterion: nil, duration: nil)
    }
    let comparison = parseOperator(criteria, metric)
    checkKindOfCriteria(criteria)
    checkValue(criteria, metric, context)
    checkOperatorIsThere(criteria)
    let percentile = parseStatistic(criteria, metric)
    let duration = parseDuration(criteria, metric, context.settings)
    checkConsecutiveDatapoints(criteria)
    checkDimension(metric, context.metrics)
    countElements(&context)
    let networks = parseNetworks(criteria, context)
    guard faults.isEmpty else { return nil }
    let criterion = Self.criterion(comparison, criteria.value, networks, percentile)
    return rule(context.metrics, criterion: criterion, duration: duration)
  }

  private func rule(
    _ metrics: MetricDefinitions, criterion: BehaviorRule.Criterion?, duration: Int64?
  ) -> BehaviorRule? {
    guard faults.isEmpty, let name = behavior.metric,
      let metric = metrics.resolve(name, behavior.metricDimension)
    else { return nil }
    return BehaviorRule(
      metric: metric, criterion: criterion, duration: duration,
      datapointsToAlarm: Int(behavior.criteria?.consecutiveDatapointsToAlarm ?? 1),
      datapointsToClear: Int(behavior.criteria?.consecutiveDatapointsToClear ?? 1))
  }

  // MARK: V1 to V3: name and metric

  private mutating func checkName(_ context: inout Context) {
    if behavior.name.isEmpty {
      fault(at: "name", "is required")
    } else if !FieldCheck.isName(behavior.name) {
      fault(at: "name", "should be 1 to \(Limits.nameCharacters) characters of [a-zA-Z0-9:_-]")
    } else if !context.names.insert(behavior.name).inserted {
      fault(at: "name", "\(behavior.name) occurs twice")
    }
  }

  private mutating func parseMetric(_ metrics: MetricDefinitions) -> MetricDescription? {
    guard let name = behavior.metric, !name.isEmpty else {
      fault(at: "metric", "is required")
      return nil
    }
    guard let metric = metrics.named(name) else {
      fault(at: "metric", "\(quoted(name)) does not exist")
      return nil
    }
    return metric
  }

  // MARK: V4, V5, V7: operator and kind of criteria

  private mutating func parseOperator(
    _ criteria: BehaviorCriteria, _ metric: MetricDescription?
  ) -> ComparisonOperator? {
    guard let text = criteria.comparisonOperator else { return nil }
    let allowed = metric?.operators ?? ComparisonOperator.allCases
    let parsed = ComparisonOperator(rawValue: text)
    guard let parsed, allowed.contains(parsed) else {
      let names = allowed.map(\.rawValue).joined(separator: ", ")
      let whose = metric.map { " for metric \($0.name)" } ?? ""
      fault(
        at: "criteria.comparisonOperator", "\(quoted(text)) should be one of [\(names)]\(whose)")
      return nil
    }
    return parsed
  }

  private mutating func checkKindOfCriteria(_ criteria: BehaviorCriteria) {
    let kinds = [
      criteria.value != nil, criteria.statistic != nil, criteria.mlConfidenceLevel != nil,
    ]
    if kinds.count(where: { $0 }) != 1 {
      fault(
        at: "criteria",
        "should have exactly one of value, statisticalThreshold and mlDetectionConfig")
    }
    if criteria.mlConfidenceLevel != nil {
      fault(at: "criteria.mlDetectionConfig", "is not supported: ML Detect is not offered")
    }
  }

  private mutating func checkOperatorIsThere(_ criteria: BehaviorCriteria) {
    guard criteria.comparisonOperator == nil, criteria.value != nil || criteria.statistic != nil
    else { return }
    fault(
      at: "criteria.comparisonOperator", "is required with a value and with a statisticalThreshold")
  }

  // MARK: V6: value

  private mutating func checkValue(
    _ criteria: BehaviorCriteria, _ metric: MetricDescription?, _ context: Context
  ) {
    guard let value = criteria.value else { return }
    let path = "criteria.value.\(value.fieldName)"
    if let metric, metric.kind.fieldName != value.fieldName {
      fault(at: path, "does not fit metric \(metric.name), which takes \(metric.kind.fieldName)")
    }
    if value.elementCount == 0 { fault(at: path, "should not be empty") }
    switch value {
    case .count(let count):
      checkRange(of: count, in: 0...Int64.max, at: path)
    case .ports(let ports) where context.looksAtElements:
      for (index, port) in ports.enumerated() {
        checkRange(of: port, in: Limits.ports, at: "\(path)[\(index)]")
      }
    case .number(let number) where !number.isFinite:
      fault(at: path, "\(number) should be finite")
    case .numbers(let numbers) where context.looksAtElements:
      for (index, number) in numbers.enumerated() where !number.isFinite {
        fault(at: "\(path)[\(index)]", "\(number) should be finite")
      }
    case .ports, .number, .numbers, .cidrs, .strings:
      break
    }
  }

  // MARK: V8, V9, V11: statistic and duration

  private mutating func parseStatistic(
    _ criteria: BehaviorCriteria, _ metric: MetricDescription?
  ) -> Int? {
    guard let statistic = criteria.statistic else { return nil }
    if let metric, !metric.allowsStatistics {
      fault(at: "criteria.statisticalThreshold", "does not fit metric \(metric.name)")
    }
    let hundredths = Statistic.hundredths(of: statistic)
    if hundredths == nil {
      let names = Statistic.texts.joined(separator: ", ")
      fault(
        at: "criteria.statisticalThreshold.statistic",
        "\(quoted(statistic)) should be one of [\(names)]")
    }
    if criteria.durationSeconds == nil {
      fault(at: "criteria.durationSeconds", "is required with a statisticalThreshold")
    }
    return hundredths
  }

  /// The window in milliseconds; nil for what is judged without one.
  private mutating func parseDuration(
    _ criteria: BehaviorCriteria, _ metric: MetricDescription?, _ settings: Settings
  ) -> Int64? {
    if let seconds = criteria.durationSeconds {
      let allowed = settings.durations.map { $0 / 1000 }
      if let metric, metric.family == .list {
        fault(at: "criteria.durationSeconds", "\(seconds) does not fit metric \(metric.name)")
      } else if !allowed.contains(seconds) {
        let list = allowed.map(String.init).joined(separator: ", ")
        fault(at: "criteria.durationSeconds", "\(seconds) should be one of [\(list)]")
        return nil
      }
    }
    switch metric?.family {
    case .bucketedCounter, .bucketedSample:
      return criteria.durationSeconds.map { $0 * 1000 } ?? settings.bucket
    case .reportedCounter: return criteria.durationSeconds.map { $0 * 1000 }
    // The last value counts, however long the window.
    case .reportedGauge, .list, nil: return nil
    }
  }

  // MARK: V13 to V15, V17

  private mutating func checkConsecutiveDatapoints(_ criteria: BehaviorCriteria) {
    let fields = [
      ("consecutiveDatapointsToAlarm", criteria.consecutiveDatapointsToAlarm),
      ("consecutiveDatapointsToClear", criteria.consecutiveDatapointsToClear),
    ]
    for case (let name, let value?) in fields {
      checkRange(of: value, in: Limits.consecutiveDatapoints, at: "criteria.\(name)")
    }
  }

  private mutating func checkDimension(
    _ metric: MetricDescription?, _ metrics: MetricDefinitions
  ) {
    guard let dimension = behavior.metricDimension else { return }
    if let metric, !metric.allowsDimension {
      fault(at: "metricDimension", "does not fit metric \(metric.name)")
    }
    for problem in dimension.faults(of: metrics) {
      fault(at: "metricDimension.\(problem.field)", problem.text)
    }
  }

  /// The behavior with which the list has too many elements carries the fault.
  private mutating func countElements(_ context: inout Context) {
    let left = context.elementsLeft
    context.elementsLeft -= behavior.valueElementCount
    guard left >= 0, context.elementsLeft < 0 else { return }
    let total = Limits.valueElementsPerProfile - context.elementsLeft
    fault(
      at: "criteria.value",
      "elements of the profile up to here \(total) should be in range"
        + "[0,\(Limits.valueElementsPerProfile)]")
  }

  private mutating func parseNetworks(_ criteria: BehaviorCriteria, _ context: Context) -> [CIDR] {
    guard context.looksAtElements, case .cidrs(let texts) = criteria.value else { return [] }
    var networks: [CIDR] = []
    for (index, text) in texts.enumerated() {
      if Limits.cidrCharacters.contains(text.utf8.count), let network = CIDR(text) {
        networks.append(network)
      } else {
        fault(
          at: "criteria.value.cidrs[\(index)]",
          "\(quoted(text)) should be an IPv4 or IPv6 network of "
            + "\(Limits.cidrCharacters.lowerBound) to \(Limits.cidrCharacters.upperBound) "
            + "characters")
      }
    }
    return networks
  }

  // MARK: Parts

  /// The criterion of parts that fit together; nil where they do not, which is a fault already.
  private static func criterion(
    _ comparison: ComparisonOperator?, _ value: MetricValue?, _ networks: [CIDR], _ percentile: Int?
  ) -> BehaviorRule.Criterion? {
    if let percentile, let comparison = comparison?.comparison {
      return .percentile(comparison, hundredths: percentile)
    }
    switch value {
    case .count(let count):
      return comparison?.comparison.map { .threshold($0, count) }
    case .cidrs:
      return comparison?.within.map { .addresses(CIDRSet(networks), within: $0) }
    case .ports(let ports):
      let set = PortSet(ports.compactMap(UInt16.init(exactly:)))
      return comparison?.within.map { .ports(set, within: $0) }
    case .number(let number):
      return comparison?.comparison.map { .threshold($0, OrderedNumber.encode(number)) }
    case .numbers(let numbers):
      return comparison?.within.map { .numbers(Set(numbers), within: $0) }
    case .strings(let texts):
      return comparison?.within.map { .strings(Set(texts), within: $0) }
    case nil:
      return nil
    }
  }

  private mutating func checkRange(of value: Int64, in range: ClosedRange<Int64>, at path: String) {
    guard !range.contains(value) else { return }
    fault(at: path, "\(value) should be in range[\(range.lowerBound),\(range.upperBound)]")
  }

  /// Notes a fault; the message names the last part of the path, without an index.
  private mutating func fault(at path: String, _ text: String) {
    let field = path.split(separator: ".").last?.prefix { $0 != "[" } ?? ""
    let name = behavior.name.isEmpty ? "at index \(index)" : quoted(behavior.name)
    faults.append(
      BehaviorFault(
        field: "behaviors[\(index)].\(path)",
        message: "Behavior \(name) is malformed. \(field) \(text)"))
  }
}

extension MetricValue {
  /// The member of the API's MetricValue that holds the value.
  package var fieldName: String {
    switch self {
    case .count: "count"
    case .cidrs: "cidrs"
    case .ports: "ports"
    case .number: "number"
    case .numbers: "numbers"
    case .strings: "strings"
    }
  }

  /// The number of counts, networks, ports, numbers and strings in the value (evidence.md 6.1).
  var elementCount: Int {
    switch self {
    case .count, .number: 1
    case .cidrs(let texts): texts.count
    case .ports(let numbers): numbers.count
    case .numbers(let numbers): numbers.count
    case .strings(let texts): texts.count
    }
  }
}
