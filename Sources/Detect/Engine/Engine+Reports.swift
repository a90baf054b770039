extension Engine {
  /// Takes one report or says why not, and judges what is judged on arrival.
  mutating func apply(_ report: MetricReport, index: Int, _ outcome: inout Outcome) {
    let thing = things.index(of: report.thing)
    if let thing {
      switch things[thing].verdict(on: report.id) {
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
    if let thing { reach(thing) }
    if let message = throttling(report, thing, at: time) {
      outcome.batch.rejections.append(
        ReportRejection(index: index, reason: .throttled, message: message))
      return
    }
    outcome.batch.accepted += 1
    take(report, of: thing ?? addThing(report.thing), at: time, &outcome.events)
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
    guard things[thing].mayBeFull(settings.windowCapacity) else { return nil }
    let past = clock - settings.grace - settings.longestDuration
    for datapoint in report.datapoints
    where things[thing].coverage.needsValues(of: datapoint.metric) {
      if things[thing].isFull(
        datapoint.metric, since: past + 1, capacity: settings.windowCapacity)
      {
        return "\(settings.windowCapacity) reports of this thing are held for windows already"
      }
    }
    return nil
  }

  /// Remembers a report and judges what is judged on arrival.
  mutating func take(
    _ report: MetricReport, of thing: Int, at time: Int64, _ events: inout [ViolationEvent]
  ) {
    if rehearsal == nil {
      rateCount += 1
      willChange(thing)
      things[thing].remember(report.id)
      things[thing].lastReportTime = max(things[thing].lastReportTime, time)
    }
    let coverage = things[thing].coverage
    guard !report.datapoints.isEmpty, !coverage.plans.isEmpty else { return }
    let datapoints = coverage.narrowed.expand(report)
    store(datapoints, of: thing, coverage, at: time)
    let folded = datapoints.folded
    for index in coverage.arrivals {
      let slot = coverage.slots[index]
      guard let datapoint = folded.first(where: { $0.metric == slot.metric }) else { continue }
      judge(datapoint.value, of: thing, slot, index, at: time, &events)
    }
  }

  /// Keeps what windows, closes and `ListMetricValues` will ask for.
  private mutating func store(
    _ datapoints: [ReportedDatapoint], of thing: Int, _ coverage: Coverage, at time: Int64
  ) {
    if rehearsal == nil {
      retained.append(
        datapoints, at: time, of: coverage.used, behind: &things[thing].retained)
    }
    let horizon = horizon
    let end = horizon.bucketEnd(of: time)
    var row = ReportLog.Row(time: time)
    cells.removeAll(keepingCapacity: true)
    for datapoint in datapoints where coverage.uses(datapoint.metric) {
      guard let amount = datapoint.value.amount else { continue }
      if let column = ReportLog.column(of: datapoint.metric) {
        row.add(amount, column: column)
      } else {
        let value = BucketValue(amount, of: datapoint.metric, at: time)
        cells.append(BucketLog.Cell(end: end, metric: datapoint.metric, value: value))
      }
    }
    guard row.mask != 0 || !cells.isEmpty else { return }
    if !things[thing].hasNews(ofBucketEndingAt: end, horizon) {
      openBuckets[end, default: ThingSet()].insert(thing)
    }
    if row.mask != 0 { things[thing].hold(row, horizon) }
    if !cells.isEmpty { things[thing].add(cells, horizon, scratch: &mergedCells) }
  }

  private mutating func judge(
    _ value: ReportedValue, of thing: Int, _ slot: Coverage.Slot, _ index: Int, at time: Int64,
    _ events: inout [ViolationEvent]
  ) {
    switch (slot.criterion, value) {
    case (.threshold(let comparison, let threshold), .count(let reported)):
      var measured = reported
      if let length = slot.arrivalWindow {
        measured = things[thing].sum(
          of: slot.metric, endingAt: time, length: length, capacity: settings.windowCapacity)
      }
      count(
        thing, slot, at: index, conforms: comparison.holds(measured, threshold), at: time, &events
      ) {
        .count(measured)
      } grounds: {
        .threshold(.count(threshold), value: .count(measured))
      }
    case (.threshold(let comparison, let threshold), .number(let number)):
      let conforms = comparison.holds(OrderedNumber.encode(number), threshold)
      count(thing, slot, at: index, conforms: conforms, at: time, &events) {
        .number(number)
      } grounds: {
        .threshold(.number(OrderedNumber.decode(threshold)), value: .number(number))
      }
    case (.addresses(let set, let within), .addresses(let reported)):
      let conforms =
        within
        ? set.containsAll(of: reported.addresses) : !set.containsAny(of: reported.addresses)
      count(thing, slot, at: index, conforms: conforms, at: time, &events) {
        .cidrs(reported.texts)
      } grounds: {
        .elements(
          ElementsAtFault(reported, of: set, within: within) {
            guard case .cidrs(let texts)? = slot.entry.behavior.criteria?.value else { return [] }
            return texts.compactMap { CIDR($0) }
          })
      }
    case (.ports(let set, let within), .ports(let ports)):
      let conforms = within ? set.containsAll(of: ports) : !set.containsAny(of: ports)
      count(thing, slot, at: index, conforms: conforms, at: time, &events) {
        .ports(ports.map(Int64.init))
      } grounds: {
        .elements(ElementsAtFault(ports, of: set, within: within))
      }
    case (.numbers(let set, let within), .numbers(let numbers)):
      let conforms = numbers.allSatisfy { set.contains($0) == within }
      count(thing, slot, at: index, conforms: conforms, at: time, &events) {
        .numbers(numbers)
      } grounds: {
        .elements(ElementsAtFault(numbers, as: MetricValue.numbers) { set.contains($0) != within })
      }
    case (.strings(let set, let within), .strings(let texts)):
      let conforms = texts.allSatisfy { set.contains($0) == within }
      count(thing, slot, at: index, conforms: conforms, at: time, &events) {
        .strings(texts)
      } grounds: {
        .elements(ElementsAtFault(texts, as: MetricValue.strings) { set.contains($0) != within })
      }
    default:
      preconditionFailure("a rule and a report disagree on the kind of metric \(slot.metric)")
    }
  }

  /// How far back what was measured may still matter, as things are.
  var horizon: Horizon {
    // The next close, and before the first one all that there is.
    let unclosed = closedThrough == .min ? Int64.min / 2 : closedThrough + settings.bucket
    return Horizon(
      earliest: min(clock - settings.grace + 1, unclosed) - settings.longestDuration,
      closedThrough: closedThrough, bucket: settings.bucket, capacity: settings.windowCapacity)
  }

  /// The end of the bucket that a time belongs to.
  func bucketEnd(of time: Int64) -> Int64 { horizon.bucketEnd(of: time) }
}

extension [ReportedDatapoint] {
  /// Each metric once: counters added, gauges last, lists joined (evaluation.md 4).
  var folded: [ReportedDatapoint] {
    guard hasRepeatedMetric else { return self }
    var folded: [ReportedDatapoint] = []
    for datapoint in self {
      guard let index = folded.firstIndex(where: { $0.metric == datapoint.metric }) else {
        folded.append(datapoint)
        continue
      }
      folded[index].value.fold(datapoint.value, datapoint.metric.ofAWS?.family)
    }
    return folded
  }

  /// There are few metrics, so one is found again before the search for it is long.
  private var hasRepeatedMetric: Bool {
    for index in indices {
      for earlier in 0..<index where self[earlier].metric == self[index].metric { return true }
    }
    return false
  }
}

extension ReportedValue {
  /// Takes in a later value of the same metric and report. The family is that of AWS's metric, narrowed or
  /// not; counts are of no other ones.
  fileprivate mutating func fold(_ later: ReportedValue, _ family: MetricFamily?) {
    switch (self, later) {
    case (.count(let a), .count(let b)) where family != .reportedGauge:
      self = .count(saturatingSum(a, b))
    case (.addresses(let a), .addresses(let b)): self = .addresses(a + b)
    case (.ports(let a), .ports(let b)): self = .ports(a + b)
    case (.numbers(let a), .numbers(let b)): self = .numbers(a + b)
    case (.strings(let a), .strings(let b)): self = .strings(a + b)
    default: self = later
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
