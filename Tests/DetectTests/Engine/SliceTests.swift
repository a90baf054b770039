import Testing

@testable import Detect

/// What takes long is cut into slices, and comes out as if it were not.
@Suite struct SliceTests {
  /// An engine that gets the same inputs, but all that can be cut is cut, with nothing in between.
  private struct Sliced {
    var engine = Engine()
    var slices = 0

    mutating func apply(_ input: Input, steps: Int) -> [ViolationEvent] {
      var events: [ViolationEvent]
      switch input {
      case .advance(let time, _): events = engine.apply(.advance(to: time, steps: steps)).events
      case .changes(let changes, let time, _):
        events = engine.apply(.changes(changes, at: time, steps: steps)).events
      default: events = engine.apply(input).events
      }
      while engine.hasWork {
        slices += 1
        events += engine.apply(.proceed(steps: steps)).events
      }
      return events
    }
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `with nothing in between, slices say what the whole says`(seed: UInt64) {
    var inputs = RandomInputs(seed: seed)
    var whole = Engine()
    var sliced = Sliced()
    let steps = Int(seed % 3) + 1
    var input = inputs.first
    for _ in 0..<400 {
      switch input {
      case .advance(let time, _): input = .advance(to: time)
      case .changes(let changes, let time, _): input = .changes(changes, at: time)
      default: break
      }
      let expected = whole.apply(input)
      #expect(sliced.apply(input, steps: steps) == expected.events, "seed \(seed)")
      #expect(!whole.hasWork)
      input = inputs.next(after: whole)
    }
    #expect(sliced.engine.state == whole.state, "seed \(seed)")
    #expect(sliced.slices > 5)
  }

  @Test func `a slice does no more than it is given, but for the last thing and its events`() {
    var engine = Engine()
    var inputs = RandomInputs(seed: 1)
    var (slices, most) = (0, 0)
    _ = engine.apply(inputs.first)
    for _ in 0..<4000 {
      let input = inputs.next(after: engine)
      let outcome = engine.apply(input)
      guard case .proceed(let steps) = input, steps < .max, steps > 0 else { continue }
      slices += 1
      most = max(most, outcome.steps - steps)
    }
    #expect(slices > 50)
    #expect(most <= Work.stepsPerEvent * 20)
  }

  @Test(arguments: [(BehaviorRule.Comparison.lessThan, 0), (.greaterThan, 9990)])
  func `a threshold meets its values run by run, and ranks them as sorting would`(
    comparison: BehaviorRule.Comparison, hundredths: Int
  ) throws {
    var random = SeededGenerator(seed: 5)
    let values = (0..<5 * Work.valuesPerRun / 2).map { _ in Int64.random(in: 0...9, using: &random)
    }
    let identity = SlotIdentity(profile: 1, behavior: 1)
    var closing = Closing(bucketEnding: 0, of: ThingSet())
    closing.left = 1
    closing.populations[identity] = Closing.Population(
      comparison: comparison, hundredths: hundredths, values: values)
    closing.phase = .selecting([identity])
    var engine = Engine()
    var events: [ViolationEvent] = []
    var done: [Int] = []
    while true {
      var steps = 1
      engine.proceed(&closing, &steps, &events)
      guard case .ranking(_, let place) = closing.phase else { break }
      done.append(place)
    }
    #expect(done == [0, Work.valuesPerRun, 2 * Work.valuesPerRun])
    #expect(closing.populations.isEmpty)
    let threshold = try #require(closing.thresholds[identity])
    #expect(threshold.value == (hundredths == 0 ? 0 : 9))
    for value in 0...9 as ClosedRange<Int64> where !comparison.holds(value, threshold.value) {
      let rank = threshold.rank(of: value)
      #expect(rank == FleetRank(things: values.count, rank: values.count { $0 < value } + 1))
    }
  }

  @Test func `a change reaches every thing there was, also where others come meanwhile`() throws {
    let report = { (thing: ThingName) in
      MetricReport(
        thing: thing, id: 1,
        datapoints: [ReportedDatapoint(metric: Metric(number: 13), value: .count(9))])
    }
    let few = Behavior(
      name: "few", metric: "aws:num-listening-tcp-ports",
      criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(1)))
    var engine = Engine()
    let creation = try CreateSecurityProfile(securityProfileName: "P", behaviors: [few])
      .decide(engine.catalog, at: Moment(now: 0, identifier: "0"))
    _ = engine.apply(.changes(creation.changes + [.attach(profile: "P", .allThings)], at: 0))
    let things: [ThingName] = ["b", "d", "f"]
    _ = engine.apply(.reports(things.map(report), at: 1000))

    var told = engine.apply(.changes([.removeProfile("P")], at: 2000, steps: 1)).events
    // By their names they are where the change has not come yet, and after the last one.
    told += engine.apply(.reports(["a", "c", "e", "g"].map(report), at: 2000)).events
    while engine.hasWork { told += engine.apply(.proceed(steps: 1)).events }
    #expect(told.map(\.thing) == things)
    #expect(told.allSatisfy { $0.type == .alarmInvalidated })
    #expect(engine.things.indices.allSatisfy { engine.things[$0].coverage.slots.isEmpty })
  }

  @Test func `many silences that end at once are found and told in slices`() throws {
    let report = { (id: UInt64, thing: Int) in
      MetricReport(
        thing: ThingName("\(thing)"), id: id,
        datapoints: [ReportedDatapoint(metric: Metric(number: 13), value: .count(9))])
    }
    let fewPorts = Behavior(
      name: "few", metric: "aws:num-listening-tcp-ports",
      criteria: BehaviorCriteria(comparisonOperator: "less-than", value: .count(1)))
    var engine = Engine()
    let count = 400
    let creation = try CreateSecurityProfile(securityProfileName: "P", behaviors: [fewPorts])
      .decide(engine.catalog, at: Moment(now: 0, identifier: "0"))
    _ = engine.apply(.changes(creation.changes + [.attach(profile: "P", .allThings)], at: 0))
    _ = engine.apply(.reports((0..<count).map { report(1, $0) }, at: 1000))

    let steps = 40
    let end = 1000 + engine.settings.silence + engine.settings.grace + 1
    var outcome = engine.apply(.advance(to: end, steps: steps))
    var told = outcome.events
    var isReported = false
    var seen = [0]
    while engine.hasWork {
      if let place = engine.advancing?.silencing?.place { seen.append(place) }
      if !told.isEmpty, !isReported {
        isReported = true
        // Datapoints of what is gathered and not told yet: the violations go on.
        _ = engine.apply(.reports([399, 11, 20].map { report(2, $0) }, at: end))
      }
      outcome = engine.apply(.proceed(steps: steps))
      #expect(outcome.steps <= steps + Work.stepsPerEvent)
      told += outcome.events
    }
    let alive: Set = ["399", "11", "20"]
    let silent = Set((0..<count).map { "\($0)" }).subtracting(alive)
    #expect(told.map(\.thing.text) == silent.sorted())
    #expect(Set(engine.activeViolations().map(\.thing.text)) == alive)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $1 - $0 <= steps * Work.violationsPerStep })
    #expect(seen.count > 2)
    #expect(engine.earliestDatapoint == end)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `the order of names is that of sorting, and a walk goes on where it left off`(
    seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    var names: [String] = []
    var order = NameOrder()
    for _ in 0..<Int.random(in: 1...3000, using: &random) {
      let name = "\(Int.random(in: 0..<1_000_000, using: &random))"
      guard !names.contains(name) else { continue }
      order.insert(names.count) { names[$0] < name }
      names.append(name)
    }
    let sorted = names.indices.sorted { names[$0] < names[$1] }
    var place = order.place { _ in false }
    var walked: [Int] = []
    while let next = order.next(&place) { walked.append(next) }
    #expect(walked == sorted)
    for _ in 0..<20 {
      let index = Int.random(in: 0..<sorted.count, using: &random)
      var place = order.place { names[$0] <= names[sorted[index]] }
      #expect(order.next(&place) == sorted.dropFirst(index + 1).first)
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `a set of things contains what was put in and not removed`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var set = ThingSet()
    var expected: Set<Int> = []
    for _ in 0..<300 {
      let thing = Int.random(in: 0..<500, using: &random)
      if Int.random(in: 0..<3, using: &random) == 0 {
        set.remove(thing)
        expected.remove(thing)
      } else {
        set.insert(thing)
        expected.insert(thing)
      }
    }
    #expect(set.count == expected.count)
    #expect((0..<600).filter { set.contains($0) } == expected.sorted())
    for thing in 0..<600 {
      #expect(set.first(from: thing) == expected.filter { $0 >= thing }.min())
    }
  }
}
