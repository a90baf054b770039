@testable import Detect

/// One run without a fault over everything that was ever committed: the reports carry the times under
/// which they were finally accepted (evaluation.md 9).
struct FaultlessRun {
  private(set) var engine = Engine()
  private(set) var events: [ViolationEvent] = []
  private(set) var alerts: [Alert] = []
  private(set) var accepted: [MetricReport] = []
  /// The descriptions of the profiles that were put, in order.
  private(set) var descriptions: [String] = []
  /// What was said of violations, in order.
  private(set) var verifications: [ViolationVerification] = []
  /// By the identifier of the violation.
  private(set) var explanations: [String: ViolationExplanation] = [:]

  init(of groups: [JournalGroup]) throws(StoreError) {
    for group in groups {
      var reader = ByteReader(group.inputs)
      while !reader.isAtEnd { apply(try Input(from: &reader)) }
    }
  }

  private mutating func apply(_ input: Input) {
    switch input {
    case .reports(let reports, let time):
      // One by one, to see which are accepted.
      for report in reports {
        let outcome = engine.apply(.reports([report], at: time))
        note(outcome)
        if outcome.batch.accepted == 1 { accepted.append(report) }
      }
    case .changes(let changes, _, _):
      // The first change of an update of a dimension is the dimension's; profiles follow unasked.
      if case .putProfile(let profile)? = changes.first {
        descriptions.append(profile.description ?? "")
      }
      note(engine.apply(input))
    case .advance, .proceed, .configure: note(engine.apply(input))
    case .verify(let said, _):
      note(engine.apply(input))
      verifications.append(said)
      for index in events.indices where events[index].violationID == said.violationID {
        events[index].verification = said.verification
      }
    }
  }
}

extension FaultlessRun {
  private mutating func note(_ outcome: Engine.Outcome) {
    events += outcome.events
    alerts += outcome.alerts
    for why in outcome.explanations { explanations[why.violationID] = why }
  }
}

/// Compares what a life has left on its disk, and what its clients saw, with one faultless run.
struct Oracle {
  private(set) var violations: [String] = []

  init(of simulation: Simulation) {
    let (disk, record) = (simulation.disk, simulation.record)
    violations += disk.refused.map { "the store was asked for what it cannot do: \($0)" }
    do {
      let run = try FaultlessRun(of: disk.groups)
      let history = try disk.store.violationEvents(afterSequence: 0, limit: .max)
      compare(history, with: run)
      let alerts = try disk.store.alertDeliveries(AlertQuery(limit: .max)).reversed().map(\.alert)
      expect(alerts == run.alerts, "alerts are \(alerts), without faults \(run.alerts)")
      compare(record, with: run)
      for (watcher, seen) in record.seen where seen.unverified != history.unverified {
        violations.append(
          "watcher \(watcher) saw \(seen.map(\.sequence)) of \(history.map(\.sequence))")
      }
      for event in history where event.type == .inAlarm {
        expect(
          try disk.store.explanation(ofViolation: event.violationID)
            == run.explanations[event.violationID],
          "the explanation of event \(event.sequence) is another one")
      }
      let recovery = try Recovery(from: disk.store)
      compare(recovery.engine.state, with: run.engine.state)
      try compareValues(in: disk.store, and: recovery, with: run.engine)
    } catch {
      violations.append("the disk cannot be read: \(error)")
    }
    for store in simulation.stoppedStores {
      expect(store.lateWrites == 0, "a service wrote after it had stopped")
    }
  }

  private mutating func expect(_ condition: Bool, _ violation: String) {
    if !condition { violations.append(violation) }
  }

  private mutating func compare(_ history: [ViolationEvent], with run: FaultlessRun) {
    let place = zip(history, run.events).prefix { $0 == $1 }.count
    expect(
      history == run.events,
      """
      event \(place + 1) of \(history.count), of \(run.events.count) in the faultless run:
        \(history.dropFirst(place).first.map { "\($0)" } ?? "none")
        \(run.events.dropFirst(place).first.map { "\($0)" } ?? "none")
      """)
    expect(
      history.map(\.sequence) == history.indices.map { Int64($0) + 1 },
      "sequence numbers \(history.map(\.sequence))")
  }

  private mutating func compare(_ record: ClientRecord, with run: FaultlessRun) {
    let keys = run.accepted.map { ReportKey($0) }
    let accepted = Set(keys)
    expect(keys.count == accepted.count, "a report was accepted twice")
    expect(record.acknowledged.isSubset(of: accepted), "an acknowledged report is lost")
    expect(record.acknowledged.count == record.sent.count, "a report was not acknowledged")
    expect(
      run.accepted.allSatisfy { record.sent[ReportKey($0)] == $0.datapoints },
      "a report was accepted that nobody sent")

    let answered = Set(record.descriptions)
    expect(
      run.descriptions.filter(answered.contains) == record.descriptions,
      "changes \(record.descriptions) were answered, \(run.descriptions) are there")

    let puts = Set(record.verifications)
    expect(
      run.verifications.filter(puts.contains) == record.verifications,
      "\(record.verifications) was answered, \(run.verifications) is there")

    let starts = run.events.filter { $0.type == .inAlarm }
      .reduce(into: [String: Int64]()) { $0[$1.violationID] = $1.time }
    expect(
      record.listed.allSatisfy { starts[$0.key] == $0.value },
      "a violation was listed that never was")
    expect(
      record.explained.allSatisfy { run.explanations[$0.key] == $0.value },
      "a violation was explained otherwise")
  }

  private mutating func compare(
    _ recovered: [[UInt8]: [UInt8]?], with expected: [[UInt8]: [UInt8]?]
  ) {
    for key in Set(recovered.keys).union(expected.keys) where recovered[key] != expected[key] {
      violations.append(
        """
        after recovery the record of \(key) is
          \(recovered[key].map { "\($0 ?? [])" } ?? "none"), and without faults
          \(expected[key].map { "\($0 ?? [])" } ?? "none")
        """)
    }
  }

  /// Retained values, those in chunks and those that wait for the next snapshot.
  private mutating func compareValues(
    in store: MemoryStore, and recovery: Recovery, with engine: Engine
  ) throws(StoreError) {
    var metrics = (Metric.catalogue + Simulation.customMetrics.map(\.description)).map(\.metric)
    for dimension in Limits.dimensionNumbers
      .lowerBound...(engine.catalog.lastDimensionNumber ?? 512)
    {
      metrics += Metric.catalogue.filter(\.allowsDimension).flatMap { whole in
        DimensionOperator.allCases.map { Metric(whole.metric, $0, dimension: dimension) }
      }
    }
    for thing in engine.things.map(\.name) {
      let chunks = try store.metricValues(
        thing: thing, start: 0, end: .max, upTo: recovery.snapshotPosition)
      for metric in metrics {
        var values: [MetricDatum] = []
        for chunk in chunks { values += try chunk.decoded(of: metric) }
        values += recovery.engine.unsavedValues(of: thing, metric)
        expect(
          values == engine.unsavedValues(of: thing, metric),
          "the values of metric \(metric.number) of \(thing.text) are others")
      }
    }
  }
}

extension [ViolationEvent] {
  /// The events without what was said of them: a watcher was shown what had been said by then.
  fileprivate var unverified: [ViolationEvent] {
    map { event in
      var event = event
      event.verification = .none
      return event
    }
  }
}
