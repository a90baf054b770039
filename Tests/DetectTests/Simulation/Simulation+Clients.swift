@testable import Detect

/// A report's name: what its sender and the service know it by.
struct ReportKey: Hashable {
  var thing: ThingName
  var id: UInt64

  init(_ report: MetricReport) {
    thing = report.thing
    id = report.id
  }
}

/// What the clients of a life did and saw.
struct ClientRecord {
  /// What each report carries; its time may have been left out in the end.
  var sent: [ReportKey: [ReportedDatapoint]] = [:]
  var acknowledged: Set<ReportKey> = []
  /// Reports acknowledged as known already.
  var duplicates = 0
  /// The descriptions of profiles whose creation or update was answered, in the order of the answers.
  var descriptions: [String] = []
  /// What was said of violations and answered, in the order of the answers. No two are equal.
  var verifications: [ViolationVerification] = []
  /// The events that each watcher was given, in the order in which it was given them.
  var seen: [Int: [ViolationEvent]] = [:]
  /// What was said to why a violation was raised.
  var explained: [String: ViolationExplanation] = [:]
  /// Violations that were listed as active, with their start.
  var listed: [String: Int64] = [:]
}

extension Simulation {
  private static let reporters = 3
  private static let things = 6

  /// What the operator defines before anything else. It asks until it is answered, so each has the number
  /// that it would have without faults.
  static let customMetrics = CustomMetricType.allCases.enumerated().map { index, type in
    CustomMetric.sample(type, number: Limits.customMetricNumbers.lowerBound + UInt16(index))
  }

  /// Created next; what they let through changes all the time.
  static let dimensions = ["dimension-0", "dimension-1"]

  func addClients() {
    for number in 0..<Self.reporters {
      spawnBusy { [self] in await report(reports(of: number), seed: seed &* 8 &+ UInt64(number)) }
    }
    spawnBusy { [self] in await operate() }
    for number in 0..<2 {
      record.seen[number] = []
      spawn { [self] in await watch(as: number) }
    }
    spawn { [self] in await audit() }
    spawnBusy { [self] in await verify() }
  }

  /// One more report, after everything that failed: the life ends with something that is accepted.
  func addLastClient() {
    let report = MetricReport(thing: ThingName("last"), id: 1, datapoints: [])
    spawnBusy { [self] in await self.report([report], seed: seed) }
  }

  // MARK: Reporters

  /// What one reporter has to say, of things that nobody else reports.
  private func reports(of reporter: Int) -> [MetricReport] {
    var random = SeededGenerator(seed: seed ^ UInt64(reporter + 1) << 32)
    var inputs = RandomInputs(seed: random.next(), knowing: Self.customMetrics)
    var ids: [Int: UInt64] = [:]
    return (0..<Int.random(in: 30...100, using: &random)).map { _ in
      let thing = reporter + Self.reporters * Int.random(in: 0..<2, using: &random)
      ids[thing, default: 0] += UInt64.random(in: 1...2, using: &random)
      return MetricReport(
        thing: ThingName("thing-\(thing)"), id: ids[thing] ?? 0,
        datapoints: inputs.report().datapoints)
    }
  }

  /// Sends reports, in batches of which several may be under way, and sends again what was not
  /// acknowledged, until everything is.
  private func report(_ reports: [MetricReport], seed: UInt64) async {
    var random = SeededGenerator(seed: seed)
    for report in reports { record.sent[ReportKey(report)] = report.datapoints }
    while !knowsCustomMetrics(await running()) { await Task.yield() }
    var waiting = reports
    while !waiting.isEmpty {
      let service = await running()
      var window = waiting.prefix(Int.random(in: 1...8, using: &random))
      var batches: [(PendingBatch, [MetricReport])] = []
      while !window.isEmpty {
        var batch = Array(window.prefix(Int.random(in: 1...4, using: &random)))
        window = window.dropFirst(batch.count)
        for index in batch.indices where Int.random(in: 0..<4, using: &random) == 0 {
          batch[index].time = clock.now - Int64.random(in: -900...31_000, using: &random)
        }
        // Now and then a network delivers twice.
        for _ in 0..<(Int.random(in: 0..<8, using: &random) == 0 ? 2 : 1) {
          let checked = ReportBatch(batch, of: service.metrics)
          batches.append((await service.submit(checked), batch))
        }
      }
      for (pending, batch) in batches {
        guard let outcome = try? await pending.outcome(), hears(service) else { continue }
        note(outcome, of: batch)
      }
      waiting.removeAll { record.acknowledged.contains(ReportKey($0)) }
    }
  }

  /// Whether reports of every custom metric can be sent. Once they can, they can for ever, whatever fails: a
  /// report that is invalid later on is noted as wrong.
  private func knowsCustomMetrics(_ service: DetectService) -> Bool {
    Self.customMetrics.allSatisfy { service.metrics.named($0.name) == $0.description }
  }

  private func note(_ outcome: BatchOutcome, of batch: [MetricReport]) {
    record.duplicates += outcome.duplicates
    if outcome.accepted + outcome.duplicates + outcome.rejections.count != batch.count {
      violations.append("\(outcome) of \(batch.count) reports")
    }
    for rejection in outcome.rejections
    where rejection.reason == .invalid || rejection.reason == .reportTooOld {
      violations.append("\(rejection)")
    }
    let rejected = Set(outcome.rejections.map(\.index))
    for (index, report) in batch.enumerated() where !rejected.contains(index) {
      record.acknowledged.insert(ReportKey(report))
    }
  }

  // MARK: Operator

  private func operate() async {
    var random = SeededGenerator(seed: seed ^ 0x0b)
    var inputs = RandomInputs(seed: random.next(), knowing: Self.customMetrics, Self.dimensions)
    for metric in Self.customMetrics {
      let create = CreateCustomMetric(
        metricName: metric.name, metricType: metric.type.rawValue, clientRequestToken: "t")
      while !(await perform(create)) { await Task.yield() }
    }
    for name in Self.dimensions {
      let create = CreateDimension(
        dimensionName: name, type: "TOPIC_FILTER", stringValues: ["#"], clientRequestToken: "t")
      while !(await perform(create)) { await Task.yield() }
    }
    await perform(CreateThingGroup(thingGroupName: "g0"))
    await perform(CreateThingGroup(thingGroupName: "g1", parentGroupName: "g0"))
    for change in 0..<Int.random(in: 15...40, using: &random) {
      let profile = "profile-\(Int.random(in: 0..<3, using: &random))"
      let thing = "thing-\(Int.random(in: 0..<Self.things, using: &random))"
      let group = "g\(Int.random(in: 0..<2, using: &random))"
      let targets = ["all/things", "all/registered-things", "thinggroup/\(group)"]
      let target = Settings().account.arn(
        targets[change < 8 ? 0 : Int.random(in: 0..<3, using: &random)])
      switch change < 8 ? change % 2 * 4 : Int.random(in: 0..<18, using: &random) {
      case 0...3:
        let behaviors = (0..<Int.random(in: 1...4, using: &random)).map { number in
          var behavior = inputs.behavior(number: number)
          behavior.suppressAlerts = [nil, false, true][(change + number) % 3]
          return behavior
        }
        await put(profile, behaviors, description: "change \(change)")
      case 4...7:
        await perform(
          AttachSecurityProfile(securityProfileName: profile, securityProfileTargetARN: target))
      case 8:
        await perform(
          DetachSecurityProfile(securityProfileName: profile, securityProfileTargetARN: target))
      case 9: await perform(DeleteSecurityProfile(securityProfileName: profile))
      case 10, 11: await perform(CreateThing(thingName: thing))
      case 12: await perform(DeleteThing(thingName: thing))
      case 13: await perform(RemoveThingFromThingGroup(thingGroupName: group, thingName: thing))
      case 14, 15:
        let name = Self.dimensions[Int.random(in: 0..<2, using: &random)]
        await perform(UpdateDimension(dimensionName: name, stringValues: inputs.filters()))
      default: await perform(AddThingToThingGroup(thingGroupName: group, thingName: thing))
      }
    }
  }

  /// Updates a profile, or creates it where there is none.
  private func put(_ profile: String, _ behaviors: [Behavior], description: String) async {
    // Two of three descriptions have a target, a topic of their own.
    let isTold = !description.utf8.count.isMultiple(of: 3)
    let target = AlertTarget(
      alertTargetARN: "topic of \(description)",
      roleARN: "arn:aws:iam::000000000000:role/alerts")
    let targets = isTold ? [SecurityProfile.alertTargetKind: target] : [:]
    let isUpdated = await perform(
      UpdateSecurityProfile(
        securityProfileName: profile, securityProfileDescription: description,
        behaviors: behaviors, alertTargets: targets, deleteAlertTargets: !isTold))
    var isDone = isUpdated
    if !isUpdated {
      isDone = await perform(
        CreateSecurityProfile(
          securityProfileName: profile, securityProfileDescription: description,
          behaviors: behaviors, alertTargets: targets))
    }
    if isDone { record.descriptions.append(description) }
  }

  /// Performs an operation; whether it was answered, and not refused. Nothing is tried again.
  @discardableResult
  private func perform(_ operation: some Operation) async -> Bool {
    let service = await running()
    return await (try? service.perform(operation)) != nil && hears(service)
  }

  // MARK: Readers

  /// Follows the events from the first on, wherever they can be had.
  private func watch(as watcher: Int) async {
    let lane = addLane()
    var isEnded = false
    while !isEnded {
      let service = await running()
      do {
        let events = try await watch(
          service, after: record.seen[watcher]?.last?.sequence ?? 0, in: lane)
        if hears(service) { record.seen[watcher, default: []] += events }
        isEnded = isOver && events.isEmpty
      } catch DetectError.unavailable {
        await Task.yield()
      } catch {
        if hears(service) { violations.append("a watcher got \(error)") }
        await Task.yield()
      }
    }
  }

  /// Lists what is active and what was measured. What was shown once must stay true.
  private func audit() async {
    var random = SeededGenerator(seed: seed ^ 0xa0d1)
    var counts: [String: Int] = [:]
    while !isOver {
      let service = await running()
      if let page = try? await service.listActiveViolations(ListActiveViolations(maxResults: 250)),
        hears(service)
      {
        for violation in page.items {
          record.listed[violation.violationID] = violation.violationStartTime
        }
      }
      await explain(record.listed.keys.sorted().randomElement(using: &random))
      let thing = "thing-\(Int.random(in: 0..<Self.things, using: &random))"
      let request = ListMetricValues(
        thingName: thing, metricName: "aws:listening-tcp-ports", startTime: Self.start - 60_000,
        endTime: clock.now + 1_000_000_000, maxResults: 250)
      if let page = try? await service.listMetricValues(request), hears(service) {
        if page.items.count < counts[thing, default: 0] {
          violations.append("of \(thing) fewer values are listed than before")
        }
        counts[thing] = page.items.count
      }
      await Task.yield()
    }
  }
}

extension Simulation {
  /// Asks why a violation was raised. Who has seen the violation can be told.
  private func explain(_ violationID: String?) async {
    guard let violationID else { return }
    let service = await running()
    do {
      let why = try await service.explainViolation(ExplainViolation(violationID: violationID))
      if hears(service) { record.explained[violationID] = why }
    } catch DetectError.unavailable {
      await Task.yield()
    } catch {
      if hears(service) { violations.append("of a violation that was listed: \(error)") }
    }
  }

  /// Says of violations, active ones and ended ones, what they were; every time something else. Nothing is
  /// tried again: what was not answered may have been kept or not.
  private func verify() async {
    var random = SeededGenerator(seed: seed ^ 0x5e)
    for number in 0..<Int.random(in: 5...15, using: &random) {
      for _ in 0..<Int.random(in: 0...40, using: &random) { await Task.yield() }
      let seen = record.listed.keys.sorted()
      guard let id = seen.randomElement(using: &random) else { continue }
      let said = ViolationVerification(
        violationID: id,
        Verification(
          VerificationState.allCases.randomElement(using: &random) ?? .unknown,
          description: "said \(number)"))
      let service = await running()
      let request = PutVerificationStateOnViolation(
        violationID: id, verificationState: said.verification.state,
        verificationStateDescription: said.verification.description)
      do {
        try await service.putVerificationState(request)
        if hears(service) { record.verifications.append(said) }
      } catch DetectError.unavailable {
        await Task.yield()
      } catch {
        if hears(service) { violations.append("of a violation that was listed: \(error)") }
      }
    }
  }
}

extension ReportBatch {
  /// The reports as a face would collect them.
  fileprivate init(_ reports: [MetricReport], of metrics: MetricDefinitions) {
    self.init(of: metrics)
    let described = Metric.catalogue + Simulation.customMetrics.map(\.description)
    let names = Dictionary(uniqueKeysWithValues: described.map { ($0.metric, $0.name) })
    for report in reports {
      add(
        thingName: report.thing.text, id: report.id, time: report.time,
        datapoints: report.sent(names))
    }
  }
}
