/// What the engine remembers of one thing.
struct ThingState: Sendable {
  let name: ThingName
  var reportIDs = ReportIDMemory()
  /// Time of the latest report taken, in milliseconds since the epoch.
  var lastReportTime: Int64 = .min
  var coverage = Coverage.none
  /// One per slot of `coverage`, in its order.
  var streaks: [Streak] = []
  /// One per numeric metric in use that was reported.
  var windows: [MetricWindow] = []
  /// Retained values since the last snapshot, encoded: they are seldom read before they are written.
  var retained = ByteWriter()
  /// Whether the last snapshot is behind this state.
  var isChanged = false

  init(name: ThingName) {
    self.name = name
  }

  /// The index of the metric's window, which is made where there is none yet.
  mutating func windowIndex(of metric: Metric) -> Int {
    if let index = windows.firstIndex(where: { $0.metric == metric }) { return index }
    windows.append(MetricWindow(metric: metric))
    return windows.count - 1
  }

  func window(of metric: Metric) -> MetricWindow? {
    windows.first { $0.metric == metric }
  }
}

/// How many datapoints in a row went one way, for one thing and behavior (evaluation.md 6).
struct Streak: Hashable, Sendable {
  var violating: UInt8 = 0
  var conforming: UInt8 = 0
  /// The place of the active violation, nil while there is none.
  var alarm: AlarmTable.Place?

  /// Counts no further than any behavior can ask.
  static func next(_ count: UInt8) -> UInt8 {
    min(count + 1, UInt8(Limits.consecutiveDatapoints.upperBound))
  }
}

/// A value kept for `ListMetricValues`.
struct RetainedValue: Hashable, Sendable {
  var metric: Metric
  /// Time of the report, in milliseconds since the epoch.
  var time: Int64
  var value: MetricValue

  static func encode(_ datapoint: ReportedDatapoint, at time: Int64, to writer: inout ByteWriter) {
    writer.write(UInt64(datapoint.metric.number))
    writer.write(time)
    datapoint.value.encode(to: &writer)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    metric = Metric(number: try reader.readUInt16())
    time = try reader.readInt64()
    value = try MetricValue(from: &reader)
  }

  /// Reads back values that this process has encoded.
  static func decode(_ bytes: [UInt8]) -> [RetainedValue] {
    var reader = ByteReader(bytes)
    var values: [RetainedValue] = []
    do {
      while !reader.isAtEnd { values.append(try RetainedValue(from: &reader)) }
    } catch {
      preconditionFailure("retained values cannot be read back: \(error)")
    }
    return values
  }
}

/// The ids of a thing's latest reports: what tells a report sent again from a new one.
struct ReportIDMemory: Hashable, Sendable {
  enum Verdict: Sendable {
    case new
    case duplicate
    /// The id may have been seen and forgotten.
    case tooOld
  }

  /// In order of receipt from `oldest` on, wrapping around once the memory is full.
  private(set) var ids: [UInt64] = []
  private(set) var oldest = 0
  private(set) var highest: UInt64 = 0
  private(set) var highestForgotten: UInt64 = 0

  init() {}

  func verdict(on id: UInt64) -> Verdict {
    if id > highest { return .new }
    if ids.contains(id) { return .duplicate }
    return id <= highestForgotten ? .tooOld : .new
  }

  mutating func remember(_ id: UInt64) {
    highest = max(highest, id)
    if ids.count < Limits.rememberedReportIDs {
      ids.append(id)
      return
    }
    highestForgotten = max(highestForgotten, ids[oldest])
    ids[oldest] = id
    oldest = (oldest + 1) % ids.count
  }

  func encode(to writer: inout ByteWriter) {
    writer.write(list: ids) { $0.write($1) }
    writer.write(count: oldest)
    writer.write(highestForgotten)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    ids = try reader.readList { r throws(StoreError) in try r.readUInt64() }
    let start = try reader.readUInt64()
    highestForgotten = try reader.readUInt64()
    guard ids.count <= Limits.rememberedReportIDs, start <= UInt64(max(0, ids.count - 1)) else {
      throw .corrupt("a memory of report ids that is none")
    }
    oldest = Int(start)
    highest = max(ids.max() ?? 0, highestForgotten)
  }
}
