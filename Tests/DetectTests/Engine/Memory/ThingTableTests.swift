import Testing

@testable import Detect

@Suite struct ThingTableTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `things are found by name as in a dictionary`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = ThingTable()
    var twin: [String: Int] = [:]
    for _ in 0..<9000 {
      let name = "thing-\(Int.random(in: 0..<6000, using: &random))"
      #expect(table.index(of: ThingName(name)) == twin[name])
      guard twin[name] == nil else { continue }
      twin[name] = table.append(ThingState(name: ThingName(name)))
    }
    #expect(table.count == twin.count)
    for (name, index) in twin { #expect(table[index].name.text == name) }
    #expect(table.map(\.name.text).count == table.count)
  }

  @Test func `names that differ in their bytes are different, also where Unicode calls them equal`()
  {
    var table = ThingTable()
    let composed = table.append(ThingState(name: ThingName("caf\u{e9}")))
    let decomposed = table.append(ThingState(name: ThingName("cafe\u{301}")))
    #expect(table.index(of: ThingName("caf\u{e9}")) == composed)
    #expect(table.index(of: ThingName("cafe\u{301}")) == decomposed)
  }

  @Test func `a search looks at few places, however many things there are`() {
    var table = ThingTable()
    for thing in 0..<20_000 { _ = table.append(ThingState(name: ThingName("thing-\(thing)"))) }
    let searches = table.places.split(separator: .max)
    #expect(searches.count > 1000 && searches.allSatisfy { $0.count < 500 })
  }
}

@Suite struct RetainedLogTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `each thing finds its own values, in the order of their receipt, across cuts`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var log = RetainedLog()
    var newest = Array(repeating: RetainedLog.none, count: 7)
    var twin: [[RetainedValue]] = Array(repeating: [], count: 7)
    /// What came before the cut and after the one before.
    var beforeCut = twin
    func check(_ thing: Int) {
      #expect(log.values(through: newest[thing]) == twin[thing], "seed \(seed)")
      let chunk = log.chunk(through: newest[thing], thing: ThingName("cam"), position: 3)
      #expect((try? chunk?.values { _ in true }) ?? [] == beforeCut[thing], "seed \(seed)")
      #expect(chunk?.firstTime == beforeCut[thing].first?.time)
      #expect(chunk?.lastTime == beforeCut[thing].last?.time)
      let wanted = Metric(number: 4)
      #expect(
        (try? chunk?.decoded(of: wanted).count) ?? 0
          == beforeCut[thing].count { $0.metric == wanted })
    }
    var used = MetricSet()
    for number in [2, 4] as [UInt32] { used.insert(Metric(number: number)) }
    for time in 0..<2000 as Range<Int64> {
      if time % 300 == 150 {
        log.cut()
        #expect(log.byteCount == 0)
        beforeCut = twin
      } else if time % 300 == 250 {
        for thing in newest.indices { check(thing) }
        log.removeCut()
        for thing in newest.indices { twin[thing].removeFirst(beforeCut[thing].count) }
      }
      let thing = Int.random(in: 0..<7, using: &random)
      var datapoints: [ReportedDatapoint] = []
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let count = Int.random(in: 0...900, using: &random)
        let value: ReportedValue =
          count < 3 ? .ports(Array(repeating: 65535, count: 65535)) : .count(Int64(count))
        datapoints.append(
          ReportedDatapoint(
            metric: Metric(number: .random(in: 2...4, using: &random)), value: value))
      }
      let before = log.byteCount
      log.append(datapoints, at: time, of: used, behind: &newest[thing])
      let kept = datapoints.filter { used.contains($0.metric) }
        .map { RetainedValue(metric: $0.metric, time: time, value: MetricValue($0.value)) }
      twin[thing] += kept
      var body = ByteWriter()
      body.write(time)
      body.write(count: kept.count)
      for datapoint in datapoints where used.contains(datapoint.metric) {
        body.write(UInt64(datapoint.metric.number))
        datapoint.value.encode(to: &body)
      }
      // Before it, three numbers say where the record before lies and how long this one is.
      let record = body.bytes.count + 3...body.bytes.count + 15
      let grown = log.byteCount - before
      #expect(kept.isEmpty ? grown == 0 : record.contains(grown))
    }
    for thing in newest.indices {
      #expect(log.values(through: newest[thing]) == twin[thing], "seed \(seed)")
    }
  }
}
