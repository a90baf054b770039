import Detect

/// A close and changes over many things, cut as the service cuts them, with a report behind each slice.
struct SliceBench {
  struct Figures {
    let work: String
    var slices = 0
    /// Nanoseconds of all slices.
    var total: UInt64 = 0
    /// Nanoseconds of the longest slice with the report behind it: what a report waits for at most.
    var longest: UInt64 = 0
  }

  private let things: Int
  private let bodies = Workload.bodies(512)
  private var engine = Engine()
  private var now: Int64 = 1_700_000_100_000
  private var reports: UInt64 = 0

  /// The figures of a fleet of so many things.
  static func measure(things: Int) -> [Figures] {
    var bench = SliceBench(things: things)
    return [bench.close(), bench.attach(), bench.end()]
  }

  private init(things: Int) {
    self.things = things
    for behaviors in [Workload.statisticalBehaviors, Workload.violatedBehaviors] {
      _ = engine.apply(.changes(Workload.profile(behaviors, of: engine.catalog), at: now))
    }
    for _ in 0..<things { report() }
    engine.takeSnapshot()
    // Else the first large allocation of the close would tidy up what the snapshot has left.
    Meter.returnFreeMemory()
  }

  /// A report of the next thing, the things in no order of their names.
  private mutating func report() {
    let thing = Int(reports) &* 7919 % things
    reports += 1
    let report = MetricReport(
      thing: Workload.name(of: thing), id: reports, datapoints: bodies[thing % bodies.count])
    _ = engine.apply(.reports([report], at: now))
  }

  private mutating func close() -> Figures {
    now += 330_000
    return run(
      "close of a bucket, 5 statistical behaviors", .advance(to: now, steps: Limits.stepsPerSlice))
  }

  private mutating func attach() -> Figures {
    let changes = Workload.profile(Workload.tenBehaviors, of: engine.catalog)
    return run(
      "change: 10 behaviors more", .changes(changes, at: now, steps: Limits.stepsPerSlice))
  }

  private mutating func end() -> Figures {
    run(
      "change: a violation of each thing ends",
      .changes([.removeProfile("bench-1")], at: now, steps: Limits.stepsPerSlice))
  }

  private mutating func run(_ work: String, _ first: Input) -> Figures {
    var figures = Figures(work: work)
    var input = first
    repeat {
      let before = Meter.nanoseconds
      _ = engine.apply(input)
      figures.total += Meter.nanoseconds - before
      report()
      figures.longest = max(figures.longest, Meter.nanoseconds - before)
      figures.slices += 1
      input = .proceed(steps: Limits.stepsPerSlice)
    } while engine.hasWork
    return figures
  }
}
