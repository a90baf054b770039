import Testing

@testable import Detect

/// The journal and the snapshots are the engine's memory: what they give back is the same engine.
@Suite struct ReplayTests {
  private func decoded(_ inputs: [UInt8]) throws -> Input {
    var reader = ByteReader(inputs)
    let input = try Input(from: &reader)
    try reader.finish()
    return input
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func
    `a snapshot and the journal after it give the same state, field by field, and the same events`(
      seed: UInt64
    ) throws
  {
    var inputs = RandomInputs(seed: seed)
    var live = Engine()
    var journal: [[UInt8]] = []
    var snapshot: [[UInt8]: [UInt8]] = [:]
    var events: [ViolationEvent] = []

    func run(_ input: Input) {
      var writer = ByteWriter()
      input.encode(to: &writer)
      journal.append(writer.bytes)
      events += live.apply(input).events
    }
    func save() {
      for record in live.takeSnapshot(at: 0).records { snapshot[record.key] = record.value }
      journal = []
    }

    run(inputs.first)
    for step in 0..<600 {
      run(inputs.next(after: live))
      if step % 170 >= 150, !live.hasWork, journal.count > 100 { save() }
    }

    var restored = Engine()
    for key in snapshot.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      try restored.restore(SnapshotRecord(key: key, value: snapshot[key]))
    }
    for entry in journal { _ = restored.apply(try decoded(entry)) }
    #expect(restored.state == live.state, "seed \(seed)")

    for _ in 0..<200 {
      let input = inputs.next(after: live)
      let expected = live.apply(input)
      let replayed = restored.apply(input)
      #expect(replayed.events == expected.events, "seed \(seed)")
      #expect(replayed.batch == expected.batch, "seed \(seed)")
      #expect(replayed.explanations == expected.explanations, "seed \(seed)")
    }
    #expect(restored.state == live.state, "seed \(seed)")
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `a snapshot in parts is what was true when it began, whatever happens meanwhile`(
    seed: UInt64
  ) throws {
    var inputs = RandomInputs(seed: seed)
    var live = Engine()
    _ = live.apply(inputs.first)
    var records: [[UInt8]: [UInt8]] = [:]
    /// The engine when the snapshot began, and the inputs since.
    var begun: (then: Engine, since: [Input])?
    var (snapshots, longest) = (0, 0)
    for step in 0..<2000 {
      let input = inputs.next(after: live)
      _ = live.apply(input)
      begun?.since.append(input)
      if begun == nil, !live.hasWork {
        begun = (live, [])
        live.beginSnapshot(at: Int64(step))
      }
      guard let (then, since) = begun, step % 4 == 0 else { continue }
      let part = live.nextSnapshotPart(items: 1, bytes: .max)
      for record in part.records { records[record.key] = record.value }
      guard part.isLast else { continue }
      live.endSnapshot()
      var restored = Engine()
      for key in records.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        try restored.restore(SnapshotRecord(key: key, value: records[key]))
      }
      #expect(restored.state == then.state, "seed \(seed), step \(step)")
      for input in since { _ = restored.apply(input) }
      #expect(restored.state == live.state, "seed \(seed), step \(step)")
      begun = nil
      snapshots += 1
      longest = max(longest, since.count)
    }
    #expect(snapshots > 3 && longest > 10, "seed \(seed)")
  }

  @Test(arguments: 1...10 as ClosedRange<UInt64>)
  func `events are numbered without a hole, and a violation's events share one identifier`(
    seed: UInt64
  ) {
    var inputs = RandomInputs(seed: seed)
    var engine = Engine()
    var events = engine.apply(inputs.first).events
    for _ in 0..<2000 {
      let outcome = engine.apply(inputs.next(after: engine))
      events += outcome.events
      #expect(
        outcome.explanations.map(\.violationID)
          == outcome.events.filter { $0.type == .inAlarm }.map(\.violationID))
    }
    let streaks = engine.things.indices.flatMap { engine.things[$0].streaks }
    let traced = streaks.count { !$0.isInAlarm && $0.violating > 0 }
    #expect(engine.traces.count == traced)
    #expect(events.count > 100)
    #expect(events.map(\.sequence) == (1...Int64(events.count)).map { $0 })

    var open: [String: ViolationEvent] = [:]
    var ended: Set<String> = []
    for event in events {
      #expect(event.violationID.count == 32)
      switch event.type {
      case .inAlarm:
        #expect(open[event.violationID] == nil && !ended.contains(event.violationID))
        open[event.violationID] = event
      case .alarmCleared, .alarmInvalidated:
        let start = open.removeValue(forKey: event.violationID)
        #expect(start?.thing == event.thing)
        #expect(start?.behavior.name == event.behavior.name)
        #expect((event.metricValue == nil) == (event.type == .alarmInvalidated))
        ended.insert(event.violationID)
      }
    }
    let active = engine.activeViolations()
    // The open ones, newest first, from any of them on and of any thing, and none that has ended.
    let position = { (event: ViolationEvent) in
      EventPosition(time: event.time, sequence: event.sequence)
    }
    let expected = open.values.sorted { position($0) > position($1) }
    #expect(active.map(\.violationID) == expected.map(\.violationID))
    for index in expected.indices {
      let thing = expected[index].thing
      func later(of thing: ThingName?) -> [String] {
        var later: [String] = []
        engine.visitActiveViolations(of: thing, after: position(expected[index])) {
          later.append($0.violationID)
          return later.count < 3
        }
        return later
      }
      let rest = expected[(index + 1)...]
      #expect(later(of: nil) == rest.prefix(3).map(\.violationID))
      #expect(later(of: thing) == rest.filter { $0.thing == thing }.prefix(3).map(\.violationID))
      #expect(engine.isActive(expected[index].violationID))
    }
    #expect(!ended.contains(where: engine.isActive))
    #expect(!engine.isActive(String(repeating: "0", count: 32)))
  }

  @Test
  func `a report without topics is written as it always was, and one with a topic is read back`()
    throws
  {
    var report = MetricReport(
      thing: "cam", id: 7,
      datapoints: [ReportedDatapoint(metric: Metric(number: 2), value: .count(3))])
    var writer = ByteWriter()
    report.encode(to: &writer)
    // Name, id, no time, one datapoint: its metric, the kind of its value, and twice 3.
    #expect(writer.bytes == [3, 99, 97, 109, 7, 0, 1, 2, 1, 6])
    report.topics = [ReportedTopic(datapoint: 0, topic: "a/ö")]
    report.datapoints.append(ReportedDatapoint(metric: Metric(number: 3), value: .count(4)))
    writer.removeAll()
    report.encode(to: &writer)
    // Behind a metric, 255 says that a topic stands before the value.
    #expect(
      writer.bytes == [3, 99, 97, 109, 7, 0, 2]
        + [2, 255, 4, 97, 47, 0xc3, 0xb6, 1, 6] + [3, 1, 8])
    for length in 0..<writer.bytes.count {
      var reader = ByteReader(Array(writer.bytes.prefix(length)))
      #expect(throws: StoreError.self) { try MetricReport(from: &reader) }
    }
    var reader = ByteReader(writer.bytes)
    #expect(try MetricReport(from: &reader) == report)
  }

  @Test func `a dimension with a filter that is none is a damaged record`() {
    var dimension = Dimension(
      name: "d", stringValues: ["a/#"], number: 512, clientRequestToken: "t", creationDate: 1,
      lastModifiedDate: 2)
    for filters in [["a/#"], ["a/#/b"]] {
      dimension.stringValues = filters
      var writer = ByteWriter()
      Change.putDimension(dimension).encode(to: &writer)
      var reader = ByteReader(writer.bytes)
      let change = try? Change(from: &reader)
      #expect(change == (filters == ["a/#"] ? .putDimension(dimension) : nil))
    }
  }

  @Test func `a damaged journal is refused, never misread`() {
    var writer = ByteWriter()
    Input.advance(to: 5).encode(to: &writer)
    for length in 0..<writer.bytes.count {
      var reader = ByteReader(Array(writer.bytes.prefix(length)))
      #expect(throws: StoreError.self) { try Input(from: &reader) }
    }
    var unknown = ByteReader([9])
    #expect(throws: StoreError.self) { try Input(from: &unknown) }
  }
}
