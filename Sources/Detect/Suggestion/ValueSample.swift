/// The retained values that suggestions are made from: those of some things, in bounded memory.
struct ValueSample: Sendable {
  struct Value: Sendable {
    /// Index in `things`.
    var thing: Int
    var metric: Metric
    /// Milliseconds since the epoch.
    var time: Int64
    var value: MetricValue
  }

  private(set) var things: [ThingName] = []
  /// In the order of their times once `sort` was called; those of one time thing by thing.
  private(set) var values: [Value] = []
  /// A value costs one, and each element of a list one more.
  private var cost = 0

  /// Adds all values of a thing; false, and nothing is added, where they do not fit.
  mutating func add(_ thing: ThingName, _ added: [RetainedValue]) -> Bool {
    let more = added.reduce(0) { $0 + $1.value.cost }
    guard cost + more <= Limits.suggestionValues else { return false }
    cost += more
    values += added.map {
      Value(thing: things.count, metric: $0.metric, time: $0.time, value: $0.value)
    }
    things.append(thing)
    return true
  }

  mutating func sort() {
    // The order of receipt decides among equals, so it is part of what is compared.
    let order = values.indices.sorted {
      (values[$0].time, values[$0].thing, $0) < (values[$1].time, values[$1].thing, $1)
    }
    values = order.map { values[$0] }
  }

  func values(of metric: Metric) -> [Value] { values.filter { $0.metric == metric } }

  /// Gives the values to `body` as batches of the reports that carried them.
  func forEachBatch(
    of metrics: MetricDefinitions, named names: [Metric: String],
    _ body: (ReportBatch) throws(DetectError) -> Void
  ) throws(DetectError) {
    var batch = ReportBatch(of: metrics, requiringIDs: false)
    var index = 0
    while index < values.count {
      let (time, thing) = (values[index].time, values[index].thing)
      let limit = min(index + Limits.datapointsPerReport, values.count)
      let end = values[index..<limit].firstIndex { $0.time != time || $0.thing != thing } ?? limit
      batch.add(
        thingName: things[thing].text, id: 0, time: time,
        datapoints: values[index..<end].map { SentDatapoint(names[$0.metric] ?? "", $0.value) })
      index = end
      if batch.count >= Self.batchSize {
        try body(batch)
        batch = ReportBatch(of: metrics, requiringIDs: false)
      }
    }
    if batch.count > 0 { try body(batch) }
  }

  /// Reports that are made of values at a time.
  private static let batchSize = 256
}

extension MetricValue {
  /// One for the value and one for each element of a list.
  var cost: Int {
    switch self {
    case .count, .number: 1
    case .cidrs(let texts): 1 + texts.count
    case .ports(let ports): 1 + ports.count
    case .numbers(let numbers): 1 + numbers.count
    case .strings(let texts): 1 + texts.count
    }
  }
}
