extension Engine {
  /// Takes one report or says why not, and judges what is judged on arrival.
  mutating func apply(_ report: MetricReport, index: Int, _ outcome: inout Outcome) {
    let thing = thingIndex[report.thing]
    if let thing {
      switch things[thing].reportIDs.verdict(on: report.id) {
      case .duplicate:
        outcome.batch.duplicates += 1
        return
      case .tooOld:
        outcome.batch.rejections.append(
          ReportRejection(
            index: index, reason: .reportTooOld, field: "report_id",
            message: "ids this low are no longer remembered for this thing"))
        return
      case .new: break
      }
    }
    let time = report.time ?? clock
    // With a grace that has grown, a bucket may have closed under the one before.
    let earliest = max(clock - settings.grace + 1, closedThrough)
    let isAcceptable = (earliest...clock + Limits.reportTimeAhead).contains(time)
    guard report.time == nil || isAcceptable else {
      outcome.batch.rejections.append(
        ReportRejection(
          index: index, reason: .timeOutOfRange, field: "time",
          message: "the report's time is not within the grace before now"))
      return
    }
    if let message = throttling(report, thing, at: time) {
      outcome.batch.rejections.append(
        ReportRejection(index: index, reason: .throttled, message: message))
      return
    }
    outcome.batch.accepted += 1
    take(report, at: time, &outcome.events)
  }

  /// Why the report comes too soon or finds no room, nil where it may be taken.
  private mutating func throttling(
    _ report: MetricReport, _ thing: Int?, at time: Int64
  ) -> String? {
    if settings.enforcesRateQuotas {
      let second = clock / 1000
      if second != rateSecond {
        rateSecond = second
        rateCount = 0
      }
      guard rateCount < Limits.reportsPerSecond else {
        return "over \(Limits.reportsPerSecond) reports per second"
      }
    }
    if let thing, settings.minimumReportInterval > 0, things[thing].lastReportTime != .min,
      time < things[thing].lastReportTime + settings.minimumReportInterval
    {
      return "sooner than \(settings.minimumReportInterval / 1000) s after the report before"
    }
    return noRoom(for: report, thing)
  }

  /// Why there is no room for the report, nil where there is.
  func noRoom(for report: MetricReport, _ thing: Int?) -> String? {
    guard let thing else {
      return things.count < settings.thingCapacity
        ? nil : "over \(settings.thingCapacity) things report"
    }
    let past = clock - settings.grace - settings.longestDuration
    for datapoint in report.datapoints
    where things[thing].coverage.needsValues(of: datapoint.metric) {
      guard let window = things[thing].window(of: datapoint.metric) else { continue }
      if window.valueCount(after: past) >= settings.windowCapacity {
        return "\(settings.windowCapacity) reports of this thing are held for windows already"
      }
    }
    return nil
  }

  /// Remembers a report and judges what is judged on arrival.
  mutating func take(
    _ report: MetricReport, at time: Int64, _ events: inout [ViolationEvent]
  ) {
    let thing = stateIndex(of: report.thing)
    if rehearsal == nil {
      rateCount += 1
      things[thing].reportIDs.remember(report.id)
      things[thing].lastReportTime = max(things[thing].lastReportTime, time)
      markChanged(thing)
    }
    guard !report.datapoints.isEmpty, !things[thing].coverage.plans.isEmpty else { return }
    let folded = FoldedReport(report)
    store(report, folded, of: thing, at: time)
    for index in things[thing].coverage.slots.indices {
      let slot = things[thing].coverage.slots[index]
      guard slot.when == .onArrival, let value = folded[slot.metric] else { continue }
      judge(value, of: thing, slot, index, at: time, &events)
    }
  }

  /// Keeps what windows, closes and `ListMetricValues` will ask for.
  private mutating func store(
    _ report: MetricReport, _ folded: FoldedReport, of thing: Int, at time: Int64
  ) {
    let end = bucketEnd(of: time)
    for datapoint in report.datapoints where things[thing].coverage.uses(datapoint.metric) {
      if rehearsal == nil {
        RetainedValue.encode(datapoint, at: time, to: &things[thing].retained)
        unsaved.retainedValues += 1
      }
      guard let amount = datapoint.value.amount else { continue }
      let window = things[thing].windowIndex(of: datapoint.metric)
      if things[thing].windows[window].add(amount, at: time, bucketEnd: end) {
        openBuckets[end, default: []].append(thing)
      }
    }
    let pastBuckets = (openBuckets.keys.min() ?? end) - settings.longestDuration
    let pastValues = clock - settings.grace - settings.longestDuration
    for (metric, amount) in folded.amounts where things[thing].coverage.uses(metric) {
      let window = things[thing].windowIndex(of: metric)
      if metric.ofAWS?.family == .reportedCounter {
        things[thing].windows[window].hold(amount, at: time, capacity: settings.windowCapacity)
      }
      things[thing].windows[window].prune(bucketsThrough: pastBuckets, valuesThrough: pastValues)
    }
  }

  private mutating func judge(
    _ value: ReportedValue, of thing: Int, _ slot: Coverage.Slot, _ index: Int, at time: Int64,
    _ events: inout [ViolationEvent]
  ) {
    switch (slot.criterion, value) {
    case (.threshold(let comparison, let threshold), .count(let reported)):
      var measured = reported
      if slot.entry.rule.family == .reportedCounter, let length = slot.entry.rule.duration {
        measured = things[thing].window(of: slot.metric)?.sum(endingAt: time, length: length) ?? 0
      }
      count(
        thing, slot: index, conforms: comparison.holds(measured, threshold), at: time, &events
      ) { .count(measured) }
    case (.threshold(let comparison, let threshold), .number(let number)):
      let conforms = comparison.holds(OrderedNumber.encode(number), threshold)
      count(thing, slot: index, conforms: conforms, at: time, &events) { .number(number) }
    case (.addresses(let set, let within), .addresses(let reported)):
      let conforms =
        within
        ? set.containsAll(of: reported.addresses) : !set.containsAny(of: reported.addresses)
      count(thing, slot: index, conforms: conforms, at: time, &events) {
        .cidrs(reported.texts)
      }
    case (.ports(let set, let within), .ports(let ports)):
      let conforms = within ? set.containsAll(of: ports) : !set.containsAny(of: ports)
      count(thing, slot: index, conforms: conforms, at: time, &events) {
        .ports(ports.map(Int64.init))
      }
    case (.numbers(let set, let within), .numbers(let numbers)):
      let conforms = numbers.allSatisfy { set.contains($0) == within }
      count(thing, slot: index, conforms: conforms, at: time, &events) { .numbers(numbers) }
    case (.strings(let set, let within), .strings(let texts)):
      let conforms = texts.allSatisfy { set.contains($0) == within }
      count(thing, slot: index, conforms: conforms, at: time, &events) { .strings(texts) }
    default:
      preconditionFailure("a rule and a report disagree on the kind of metric \(slot.metric)")
    }
  }

  /// The end of the bucket that a time belongs to.
  func bucketEnd(of time: Int64) -> Int64 {
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: settings.bucket)
    let floor = remainder < 0 ? quotient - 1 : quotient
    return (floor + 1) * settings.bucket
  }
}

/// A report with each metric once: counters added, gauges last, lists joined (evaluation.md 4).
struct FoldedReport {
  private var values: [(metric: Metric, value: ReportedValue)] = []

  init(_ report: MetricReport) {
    values.reserveCapacity(report.datapoints.count)
    for datapoint in report.datapoints {
      guard let index = values.firstIndex(where: { $0.metric == datapoint.metric }) else {
        values.append((datapoint.metric, datapoint.value))
        continue
      }
      values[index].value = Self.fold(
        values[index].value, datapoint.value, datapoint.metric.ofAWS?.family)
    }
  }

  subscript(metric: Metric) -> ReportedValue? {
    values.first { $0.metric == metric }?.value
  }

  /// The sum, or the last value of a gauge, of every numeric metric.
  var amounts: some Sequence<(Metric, Int64)> {
    values.lazy.compactMap { metric, value in value.amount.map { (metric, $0) } }
  }

  /// The family is that of AWS's metric; counts are of no other ones.
  private static func fold(
    _ earlier: ReportedValue, _ later: ReportedValue, _ family: MetricFamily?
  ) -> ReportedValue {
    switch (earlier, later) {
    case (.count(let a), .count(let b)) where family != .reportedGauge: .count(saturatingSum(a, b))
    case (.addresses(let a), .addresses(let b)): .addresses(a + b)
    case (.ports(let a), .ports(let b)): .ports(a + b)
    case (.numbers(let a), .numbers(let b)): .numbers(a + b)
    case (.strings(let a), .strings(let b)): .strings(a + b)
    default: later
    }
  }
}

extension MetricValue {
  /// The value as events and lists tell it.
  init(_ value: ReportedValue) {
    switch value {
    case .count(let count): self = .count(count)
    case .addresses(let addresses): self = .cidrs(addresses.texts)
    case .ports(let ports): self = .ports(ports.map(Int64.init))
    case .number(let number): self = .number(number)
    case .numbers(let numbers): self = .numbers(numbers)
    case .strings(let texts): self = .strings(texts)
    }
  }

  /// The value of a numeric metric, from what windows have of it.
  init(amount: Int64, _ kind: MetricKind) {
    self = kind == .number ? .number(OrderedNumber.decode(amount)) : .count(amount)
  }
}
