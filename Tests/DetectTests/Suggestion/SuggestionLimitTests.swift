import Testing

@testable import Detect

/// Suggestions take bounded memory and work, whatever they are asked for.
@Suite struct SuggestionLimitTests {
  @Test func `a target of any size is looked at through the same things, whatever their order`() {
    let names = (0..<5 * Limits.suggestionThings).map { ThingName("thing-\($0)") }
    var (forth, back) = (ThingSample(), ThingSample())
    for name in names { forth.add(name) }
    for name in names.reversed() { back.add(name) }
    #expect(forth.count == names.count)
    #expect(forth.things.count == Limits.suggestionThings)
    #expect(forth.things == back.things)
    // Evenly: about a fifth of any part.
    let first = Set(names.prefix(1000))
    #expect((100...300).contains(forth.things.count(where: first.contains)))
  }

  @Test func `a step of sampling looks at so many things`() {
    var engine = Engine()
    let count = Limits.thingsPerSamplingStep + 5
    let reports = (0..<count).map {
      MetricReport(thing: ThingName("thing-\($0)"), id: 1, datapoints: [])
    }
    _ = engine.apply(.reports(reports, at: 1_700_000_000_000))
    var sample = ThingSample()
    #expect(engine.sample(.allThings, from: 0, into: &sample) == Limits.thingsPerSamplingStep)
    #expect(sample.count == Limits.thingsPerSamplingStep)
    #expect(
      engine.sample(.allThings, from: Limits.thingsPerSamplingStep, into: &sample) == nil)
    #expect(sample.count == count)
    #expect(engine.sample(.registeredThings, from: 0, into: &sample) != nil)
    #expect(sample.count == count)
  }

  @Test func `values and elements are counted, and a thing is taken whole or not at all`() {
    let list = RetainedValue(
      metric: Metric(number: 16), time: 0,
      value: .ports(Array(repeating: 1, count: Limits.suggestionValues / 2)))
    var sample = ValueSample()
    let isAdded = [
      sample.add(ThingName("a"), [list]), sample.add(ThingName("b"), [list, list]),
      sample.add(ThingName("c"), [list]),
    ]
    #expect(isAdded == [true, false, false])
    #expect(sample.things == [ThingName("a")])
    #expect(sample.values.count == 1)
  }

  @Test func `a period is read day by day`() throws {
    var query = SuggestBehaviors(thingName: "a", startTime: 0, endTime: 5)
    let catalog = Catalog(settings: Settings())
    #expect(try SuggestionQuery(query, in: catalog).parts == [0..<5])
    query.endTime = 2 * Limits.suggestionPart + 7
    #expect(
      try SuggestionQuery(query, in: catalog).parts == [
        0..<Limits.suggestionPart, Limits.suggestionPart..<2 * Limits.suggestionPart,
        2 * Limits.suggestionPart..<2 * Limits.suggestionPart + 7,
      ])
  }

  @Test func `numbers of alarms, of elements, of networks and of events are held to`() throws {
    let catalog = Catalog(settings: Settings())
    for (alarms, isFine) in [
      (-1, false), (0, true), (Limits.suggestedAlarms.upperBound, true),
      (Limits.suggestedAlarms.upperBound + 1, false),
    ] as [(Int64, Bool)] {
      let request = SuggestBehaviors(
        thingName: "a", startTime: 0, endTime: 5, maximumAlarms: alarms)
      #expect(((try? SuggestionQuery(request, in: catalog)) != nil) == isFine)
    }
    for extra in 0...1 {
      let ports = (1...Int64(Limits.suggestedElements + extra)).map { MetricValue.ports([$0]) }
      let metric = try #require(Metric.named("aws:listening-tcp-ports"))
      let sample = try SuggestionTests.sample(metric.name, [ports])
      let proposal = SetProposal.make(of: metric, sample, maximumAlarms: 0)
      #expect((proposal.behavior == nil) == (extra == 1))
      let networks = (0..<UInt64(Limits.suggestedNetworks + extra)).map {
        IPAddress(high: 0, low: 0xffff_0100_0000 + $0 << 24)
      }
      #expect((Networks.covering(networks) == nil) == (extra == 1))
    }
    // Alarm and end of alarm, again and again.
    let values = (0..<200).map { MetricValue.count($0 % 30 == 10 ? 100 : 1) }
    let sample = try SuggestionTests.sample("aws:num-listening-tcp-ports", [values])
    let made = try Suggestions(
      sample, SuggestionTests.query(7), thingsCovered: 1, settings: Settings())
    #expect(made.suggestions.map(\.events.count).max() == Limits.suggestedEvents)
  }

  @Test(arguments: [
    (["192.0.2.1"], ["192.0.2.1/32"]),
    (["::1", "::2", "fe80::1"], ["::1/128", "::2/128", "fe80::1/128"]),
    ((0..<40).map { "10.0.\($0).1" }, ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"]),
    (
      (0..<40).map { "2001:db8:0:\($0)::1" }, ["2001:db8::/56"]
    ),
    (
      (1...30).map { "::\($0)" } + (0..<40).map { "2001:db8::\($0)" },
      (1...9).map { "::\($0)/128" } + (10...30).map { "::\($0)/128" } + ["2001:db8::/64"]
    ),
    ([], []),
  ])
  func `networks are as narrow as their number allows`(addresses: [String], networks: [String]) {
    let found = Networks.covering(addresses.compactMap { IPAddress($0) })
    #expect(found?.map(\.text).sorted() == networks.sorted())
  }
}
