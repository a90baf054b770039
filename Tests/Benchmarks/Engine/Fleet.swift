import Detect
import Glibc

/// A fleet whose things report the same eight metrics, minute by minute.
struct Fleet {
  struct Figures {
    var nanosecondsPerReport: Double
    /// What the cache misses of one report cost at least: as many random reads as cache lines a thing's
    /// state has, over as much memory.
    var floor: Double
    var bytesPerThing: Double
  }

  private let names: [ThingName]
  private var engine: Engine
  private var now: Int64 = 1_700_000_000_000
  private let memoryBefore: Int

  init(things: Int) {
    names = (0..<things).map { ThingName("thing-\($0)") }
    memoryBefore = residentBytes()
    engine = Engine()
    _ = engine.apply(.changes(Fleet.profiles(of: engine.catalog), at: now))
  }

  /// Lets the things report for some minutes and measures the last ones.
  func measure() -> Figures {
    var fleet = self
    var order = Array(names.indices)
    for minute in 0..<4 { fleet.report(&order, id: UInt64(minute) + 1) }
    let rounds = max(2, 200_000 / names.count)
    var spent: UInt64 = 0
    for round in 0..<rounds { spent += fleet.report(&order, id: UInt64(round) + 5) }
    let bytes = Double(residentBytes() - memoryBefore) / Double(names.count)
    return Figures(
      nanosecondsPerReport: Double(spent) / Double(rounds * names.count),
      floor: randomReads(
        memory: max(1 << 16, Int(bytes) * names.count), lines: max(1, Int(bytes) / 64)),
      bytesPerThing: bytes)
  }

  /// One minute: every thing reports once. Returns the nanoseconds that the engine took.
  @discardableResult
  private mutating func report(_ order: inout [Int], id: UInt64) -> UInt64 {
    order.shuffle()
    now += 60_000
    var spent: UInt64 = 0
    for start in stride(from: 0, to: order.count, by: 500) {
      let batch = order[start..<min(start + 500, order.count)].map { index in
        Fleet.report(of: names[index], id: id)
      }
      let before = nanoseconds()
      _ = engine.apply(.reports(batch, at: now))
      spent += nanoseconds() - before
    }
    if engine.isDue(at: now) { _ = engine.apply(.advance(to: now)) }
    // What waits for a snapshot would grow without a store.
    _ = engine.takeSnapshot(at: 0)
    return spent
  }

  static func measureCloseAndChange(things: Int) -> (close: Double, change: Double) {
    var engine = Engine()
    let now: Int64 = 1_700_000_100_000
    _ = engine.apply(.changes(statisticalProfile(of: engine.catalog), at: now))
    for index in 0..<things {
      let report = Fleet.report(of: ThingName("thing-\(index)"), id: 1)
      _ = engine.apply(.reports([report], at: now))
    }
    var before = nanoseconds()
    _ = engine.apply(.advance(to: now + 330_000))
    let close = Double(nanoseconds() - before) / 1e6
    before = nanoseconds()
    _ = engine.apply(.changes(profiles(of: engine.catalog), at: now + 330_000))
    return (close, Double(nanoseconds() - before) / 1e6)
  }
}

// What is judged and what is reported.
extension Fleet {
  private static func behavior(_ name: String, _ metric: String, over seconds: Int64? = nil)
    -> Behavior
  {
    Behavior(
      name: name, metric: "aws:\(metric)",
      criteria: BehaviorCriteria(
        comparisonOperator: "less-than", value: .count(1 << 40), durationSeconds: seconds))
  }

  private static func create(
    _ name: String, _ behaviors: [Behavior], in catalog: Catalog
  ) -> [Change] {
    let moment = Moment(now: 0, identifier: "00000000-0000-0000-0000-000000000000")
    do {
      return try CreateSecurityProfile(securityProfileName: name, behaviors: behaviors)
        .decide(catalog, at: moment).changes + [.attach(profile: name, .allThings)]
    } catch {
      preconditionFailure("the benchmark's profile is refused: \(error)")
    }
  }

  fileprivate static func profiles(of catalog: Catalog) -> [Change] {
    create(
      "bench",
      [
        behavior("in", "all-bytes-in", over: 300), behavior("out", "all-bytes-out", over: 300),
        behavior("pin", "all-packets-in"), behavior("pout", "all-packets-out"),
        behavior("tcp", "num-listening-tcp-ports"),
        behavior("conn", "num-established-tcp-connections"),
        Behavior(
          name: "ports", metric: "aws:listening-tcp-ports",
          criteria: BehaviorCriteria(comparisonOperator: "in-port-set", value: .ports([22, 443]))),
        Behavior(
          name: "no-telnet", metric: "aws:listening-tcp-ports",
          criteria: BehaviorCriteria(comparisonOperator: "not-in-port-set", value: .ports([23]))),
        Behavior(
          name: "near", metric: "aws:destination-ip-addresses",
          criteria: BehaviorCriteria(
            comparisonOperator: "in-cidr-set", value: .cidrs(["10.0.0.0/8"]))),
        Behavior(
          name: "not-there", metric: "aws:destination-ip-addresses",
          criteria: BehaviorCriteria(
            comparisonOperator: "not-in-cidr-set",
            value: .cidrs((0..<100).map { "172.16.\($0).0/24" }))),
      ], in: catalog)
  }

  fileprivate static func statisticalProfile(of catalog: Catalog) -> [Change] {
    let metrics = [
      "all-bytes-in", "all-bytes-out", "all-packets-in", "all-packets-out",
      "num-established-tcp-connections",
    ]
    let behaviors = metrics.map { metric in
      Behavior(
        name: metric, metric: "aws:\(metric)",
        criteria: BehaviorCriteria(
          comparisonOperator: "less-than-equals", durationSeconds: 300, statistic: "p99.9"))
    }
    return create("statistical", behaviors, in: catalog)
  }

  private static let destinations = ["10.0.0.1", "10.1.2.3", "10.99.0.7"]

  fileprivate static func report(of thing: ThingName, id: UInt64) -> MetricReport {
    MetricReport(
      thing: thing, id: id,
      datapoints: [
        datapoint("all-bytes-in", .count(123_456)), datapoint("all-bytes-out", .count(7_890)),
        datapoint("all-packets-in", .count(123)), datapoint("all-packets-out", .count(45)),
        datapoint("num-listening-tcp-ports", .count(2)),
        datapoint("num-established-tcp-connections", .count(3)),
        datapoint("listening-tcp-ports", .ports([22, 443])),
        datapoint(
          "destination-ip-addresses",
          .addresses(
            ReportedAddresses(
              texts: destinations, addresses: destinations.compactMap { IPAddress($0) })
          )),
      ])
  }

  private static func datapoint(_ metric: String, _ value: ReportedValue) -> ReportedDatapoint {
    guard let metric = Metric.named("aws:\(metric)")?.metric else {
      preconditionFailure("the benchmark's metric is unknown")
    }
    return ReportedDatapoint(metric: metric, value: value)
  }
}

/// Monotonic time.
func nanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// Resident memory of this process.
func residentBytes() -> Int {
  let file = unsafe open("/proc/self/statm", O_RDONLY)
  defer { close(file) }
  var text = [UInt8](repeating: 0, count: 128)
  let count = unsafe text.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
  let pages = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
  return (pages.count > 1 ? Int(pages[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// Nanoseconds of so many reads of cache lines at places that depend on one another, over so much memory,
/// divided by how many a core keeps under way at once.
func randomReads(memory bytes: Int, lines: Int) -> Double {
  let count = max(1024, bytes / 64)
  var next = Array(0..<count)
  next.shuffle()
  // One cycle through all lines, eight words apart.
  var ring = [Int](repeating: 0, count: count * 8)
  for index in 0..<count { ring[next[index] * 8] = next[(index + 1) % count] * 8 }
  let reads = 2_000_000
  var place = 0
  let before = nanoseconds()
  for _ in 0..<reads { place = ring[place] }
  let each = Double(nanoseconds() - before) / Double(reads)
  // The value is used, so that the loop is not removed.
  return each * Double(lines) / (place == -1 ? 1 : 4)
}
