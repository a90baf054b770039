import Detect

/// What judging costs, without a store and without a socket: time per datapoint, as the fleet grows and by family,
/// memory per thing, closes and profile changes and what a report waits for them, and what a backtest takes.
///
/// Every figure is of this machine and this run; what a figure is held against is measured in the same run.
@main
enum EngineBench {
  /// EngineBench [THINGS [BACKTESTED REPORTS]]
  static func main() {
    let arguments = CommandLine.arguments.dropFirst().map { Int($0) ?? 0 }
    let things = arguments.first ?? 1_000_000
    let reports = arguments.dropFirst().first ?? 10_000_000
    growth(upTo: things)
    families()
    longWork(upTo: things)
    backtest(reports: reports)
  }

  private static func growth(upTo most: Int) {
    print(
      """
      Reports of 8 datapoints, one a minute per thing for more than an hour, in random order; 10 behaviors
      a thing, of which 2 sum over 5 minutes. Processor time, medians of batches of 500 reports. Misses: what
      reading and writing the cache lines of one thing's state takes. Growth is over the first line, divided by
      that of the misses.

         things   ns/report  ns/datapoint   misses ns   growth/misses   allocations/report   heap/thing   resident
      """)
    var model = Fleet(things: 1000)
    var first: (report: Double, misses: Double)?
    for count in [1_000, 10_000, 100_000, 300_000, 1_000_000, 3_000_000] where count <= most {
      let figures: Fleet.Figures
      if count == 1_000 {
        figures = model.measure()
      } else {
        var fleet = Fleet(things: count, like: &model)
        figures = fleet.measure()
      }
      var cache = CacheMisses(
        things: count, blockBytes: figures.heapBytesPerThing - CacheMisses.stateBytes)
      let misses = cache.measure()
      let base = first ?? (figures.nanosecondsPerReport, misses)
      first = base
      let growth = (figures.nanosecondsPerReport - base.report) / max(1, misses - base.misses)
      print(
        Column.text(count, 9), Column.text(figures.nanosecondsPerReport, 11),
        Column.text(figures.nanosecondsPerReport / 8, 13), Column.text(misses, 11),
        count == 1_000 ? Column.text("", 15) : Column.text(growth, 15, digits: 1),
        Column.text(figures.allocationsPerReport, 20, digits: 3),
        Column.text(figures.heapBytesPerThing, 12), Column.text(figures.residentBytesPerThing, 10))
    }
  }

  private static func families() {
    print("\n   family               ns/datapoint: what it adds to a report, 1,000 things")
    let empty = Family.nanoseconds(behaviors: [], datapoints: [])
    for family in Workload.families {
      let datapoints = Workload.datapoints(family.report)
      let spent = Family.nanoseconds(behaviors: family.behaviors, datapoints: datapoints)
      let each = (spent - empty) / Double(datapoints.count)
      print("  ", Column.left(family.name, 20), Column.text(each, 12))
    }
    print(
      """

      A report of \(Limits.topicsPerReport) long topics against 1,000 filters that all but match them: \
      \(Column.text(Family.millisecondsOfTopics(), 0, digits: 1)) ms
      """)
  }

  private static func longWork(upTo most: Int) {
    print(
      """

      Long work in slices of \(Limits.stepsPerSlice) steps, a report behind each of them; processor time.

         things   slices   total ms   longest wait ms
      """)
    for things in [10_000, 100_000, 1_000_000] where things <= most {
      for figures in SliceBench.measure(things: things) {
        print(
          Column.text(things, 9), Column.text(figures.slices, 8),
          Column.text(Double(figures.total) / 1e6, 10),
          Column.text(Double(figures.longest) / 1e6, 17, digits: 1), " \(figures.work)")
      }
    }
  }

  private static func backtest(reports: Int) {
    print(
      """

      Backtest of 10,000 things, 10 behaviors, reports of 8 datapoints: without the client and without the wire.

          reports   reports/s   with the check of values   heap bytes   resident   heap growth
      """)
    var run = BacktestRun(things: 10_000)
    var count = min(1_000_000, reports)
    var firstBytes: Int?
    while count <= reports {
      let figures = run.go(to: count)
      let base = firstBytes ?? figures.heapBytes
      firstBytes = base
      let growth = 100 * (Double(figures.heapBytes) / Double(base) - 1)
      print(
        Column.text(count, 11), Column.text(figures.reportsPerSecond, 11),
        Column.text(figures.checkedReportsPerSecond, 26), Column.text(figures.heapBytes, 12),
        Column.text(figures.residentBytes, 10), Column.text(growth, 12, digits: 2), "%")
      count = count * 10 > reports && count < reports ? reports : count * 10
    }
  }
}

/// Figures in columns, right or left.
enum Column {
  static func text(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func text(_ value: Int, _ width: Int) -> String { text("\(value)", width) }

  static func text(_ value: Double, _ width: Int, digits: Int = 0) -> String {
    guard digits > 0 else { return text("\(Int(value.rounded()))", width) }
    let scale = [1.0, 10, 100, 1000][digits]
    return text("\((value * scale).rounded() / scale)", width)
  }
}
