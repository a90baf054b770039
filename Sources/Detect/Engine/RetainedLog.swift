/// The values kept for `ListMetricValues` that no snapshot holds yet, of all things in the order of receipt.
///
/// One record for each report. It leads to the one before it of the same thing, whose state knows the
/// newest:
///
///     block:   [ a1 ][ b1 ][ a2 ][ c1 ] …          a record:  place of the one before, time,
///                ▲─────────  │     ▲                          number of values, (metric, value) …
///                          thing a: its newest
///
/// So taking a report in writes where the last one was written. A snapshot takes what lies before a cut, which
/// stays until the snapshot is complete and is then freed at once:
///
///     blocks:  [ first … ][ … ] cut [ … ][ … what has come since ]
struct RetainedLog: Sendable {
  /// Where a record lies.
  struct Place: Hashable, Sendable {
    fileprivate let block: Int32
    fileprivate let offset: Int32
  }

  /// The place of no record.
  static let none = Place(block: -1, offset: 0)

  /// Bytes of a block: few enough that adding one is not felt, many enough that it is rare.
  private static let blockSize = 1 << 18

  /// None is moved when another one is added. A record that is longer than a block has one to itself.
  private var blocks: [[UInt8]] = []
  /// The number of the first block that there still is.
  private var first = 0
  /// Blocks up to this number are those of the snapshot that is being taken.
  private var cutBlock = 0
  private var writer = ByteWriter()
  /// Values since the cut, of all reports together.
  private(set) var valueCount = 0

  /// What comes from now on is of the next snapshot.
  mutating func cut() {
    cutBlock = first + blocks.count
    valueCount = 0
  }

  /// Frees what came before the cut.
  mutating func removeCut() {
    blocks.removeFirst(cutBlock - first)
    first = cutBlock
  }

  /// Keeps a report's values that are of metrics in use.
  ///
  /// - Parameter newest: the place of the thing's newest record, which becomes that of the new one.
  mutating func append(
    _ datapoints: [ReportedDatapoint], at time: Int64, of used: MetricSet,
    behind newest: inout Place
  ) {
    let count = datapoints.count { used.contains($0.metric) }
    guard count > 0 else { return }
    valueCount += count
    writer.removeAll()
    writer.write(Int64(newest.block))
    writer.write(Int64(newest.offset))
    writer.write(time)
    writer.write(count: count)
    for datapoint in datapoints where used.contains(datapoint.metric) {
      writer.write(UInt64(datapoint.metric.number))
      datapoint.value.encode(to: &writer)
    }
    let isCut = first + blocks.count == cutBlock
    let room = isCut ? 0 : blocks.last.map { $0.capacity - $0.count } ?? 0
    if room < writer.bytes.count {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(max(Self.blockSize, writer.bytes.count))
    }
    let block = blocks.count - 1
    newest = Place(block: Int32(first + block), offset: Int32(blocks[block].count))
    blocks[block] += writer.bytes
  }

  /// The values of the thing whose newest record this is, in the order of receipt: all, or those from before
  /// the cut.
  func values(through newest: Place, beforeCut: Bool = false) -> [RetainedValue] {
    var records: [[RetainedValue]] = []
    var place = newest
    do {
      // What leads to a block that was freed is the oldest there is, as what leads nowhere.
      while place.block >= first {
        let isAsked = !beforeCut || place.block < cutBlock
        var reader = ByteReader(blocks[Int(place.block) - first], from: Int(place.offset))
        place = Place(
          block: Int32(truncatingIfNeeded: try reader.readInt64()),
          offset: Int32(truncatingIfNeeded: try reader.readInt64()))
        guard isAsked else { continue }
        let time = try reader.readInt64()
        records.append(
          try reader.readList { r throws(StoreError) in
            let metric = Metric(number: try r.readUInt32())
            return RetainedValue(metric: metric, time: time, value: try MetricValue(from: &r))
          })
      }
    } catch {
      preconditionFailure("retained values cannot be read back: \(error)")
    }
    return records.reversed().flatMap(\.self)
  }
}

/// A value kept for `ListMetricValues`.
struct RetainedValue: Hashable, Sendable {
  var metric: Metric
  /// Time of the report, in milliseconds since the epoch.
  var time: Int64
  var value: MetricValue
}
