import Detect

/// A backtest of ten behaviors, of which two have windows: things report in turn, each once a minute.
struct BacktestRun {
  struct Figures {
    /// Of the reports since the figures before.
    var reportsPerSecond: Double
    /// With the check of names and values, and the reading of texts.
    var checkedReportsPerSecond: Double
    /// Since before the backtest began.
    var heapBytes: Int
    var residentBytes: Int
  }

  private let things: Int
  private let bodies: [[SentDatapoint]]
  private let names: [String]
  private let heapBefore: Int
  private let residentBefore: Int
  private var backtest: Backtest
  private var reports = 0

  init(things: Int) {
    self.things = things
    bodies = (0..<64).map { _ in
      Workload.randomReport.map { SentDatapoint("aws:\($0.0)", $0.1) }
    }
    names = (0..<things).map { Workload.name(of: $0).text }
    heapBefore = Meter.heapBytes
    residentBefore = Meter.residentBytes
    do {
      backtest = try Backtest([("bench", Workload.tenBehaviors)], settings: Settings())
    } catch {
      preconditionFailure("the benchmark's backtest is refused: \(error)")
    }
  }

  /// Goes on until so many reports have been judged.
  mutating func go(to total: Int) -> Figures {
    var judging: UInt64 = 0
    var checking: UInt64 = 0
    let count = total - reports
    while reports < total {
      let started = Meter.nanoseconds
      var batch = ReportBatch(requiringIDs: false)
      for _ in 0..<min(500, total - reports) {
        let (minute, thing) = reports.quotientAndRemainder(dividingBy: things)
        let time =
          1_700_000_000_000 + Int64(minute) * 60_000 + Int64(thing) * 60_000 / Int64(things)
        batch.add(
          thingName: names[thing], id: 0, time: time, datapoints: bodies[reports % bodies.count])
        reports += 1
      }
      let checked = Meter.nanoseconds
      do {
        _ = try backtest.apply(batch)
      } catch {
        preconditionFailure("a report of the benchmark is refused: \(error)")
      }
      judging += Meter.nanoseconds - checked
      checking += checked - started
    }
    return Figures(
      reportsPerSecond: 1e9 * Double(count) / Double(judging),
      checkedReportsPerSecond: 1e9 * Double(count) / Double(judging + checking),
      heapBytes: Meter.heapBytes - heapBefore, residentBytes: Meter.residentBytes - residentBefore)
  }
}
