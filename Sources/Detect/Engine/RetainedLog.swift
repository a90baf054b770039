/// The values kept for `ListMetricValues` that no snapshot holds yet, of all things in the order of receipt.
///
/// One record for each report. It leads to the one before it of the same thing, whose state knows the
/// newest:
///
///     block:   [ a1 ][ b1 ][ a2 ][ c1 ] …     a record:  head: place of the one before, length of the body
///                ▲─────────  │     ▲                     body: time, number of values, (metric, value) …
///                          thing a: its newest
///
/// The bodies of a thing's records, one behind the other, are a chunk of the store.
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
  private var head = ByteWriter()
  private var body = ByteWriter()
  /// Bytes since the cut.
  private(set) var byteCount = 0

  /// What comes from now on is of the next snapshot.
  mutating func cut() {
    cutBlock = first + blocks.count
    byteCount = 0
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
    body.removeAll()
    body.write(time)
    body.write(count: count)
    for datapoint in datapoints where used.contains(datapoint.metric) {
      body.write(UInt64(datapoint.metric.number))
      datapoint.value.encode(to: &body)
    }
    head.removeAll()
    head.write(Int64(newest.block))
    head.write(Int64(newest.offset))
    head.write(count: body.bytes.count)
    let size = head.bytes.count + body.bytes.count
    byteCount += size
    let isCut = first + blocks.count == cutBlock
    let room = isCut ? 0 : blocks.last.map { $0.capacity - $0.count } ?? 0
    if room < size {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(max(Self.blockSize, size))
    }
    let block = blocks.count - 1
    newest = Place(block: Int32(first + block), offset: Int32(blocks[block].count))
    blocks[block] += head.bytes
    blocks[block] += body.bytes
  }

  /// The values of the thing whose newest record this is, in the order of receipt.
  func values(through newest: Place) -> [RetainedValue] {
    do throws(StoreError) {
      var values: [RetainedValue] = []
      for record in records(through: newest) {
        var reader = ByteReader(blocks[record.block], from: record.bytes.lowerBound)
        values += try RetainedValue.ofReport(from: &reader)
      }
      return values
    } catch {
      preconditionFailure("retained values cannot be read back: \(error)")
    }
  }

  /// The same from before the cut, for a snapshot; nil where there are none.
  func chunk(
    through newest: Place, thing: ThingName, position: Int64
  ) -> MetricValueChunk? {
    let records = records(through: newest).filter { first + $0.block < cutBlock }
    guard !records.isEmpty else { return nil }
    var values = ByteWriter()
    values.write(count: records.count)
    for record in records { values.append(blocks[record.block][record.bytes]) }
    let times = records.map(\.time)
    return MetricValueChunk(
      thing: thing, position: position, firstTime: times.min() ?? 0, lastTime: times.max() ?? 0,
      values: values.bytes)
  }

  /// Where the bodies of a thing's records lie, in the order of receipt, each with its time.
  private func records(
    through newest: Place
  ) -> [(block: Int, bytes: Range<Int>, time: Int64)] {
    var records: [(block: Int, bytes: Range<Int>, time: Int64)] = []
    var place = newest
    do throws(StoreError) {
      // What leads to a block that was freed is the oldest there is, as what leads nowhere.
      while place.block >= first {
        let block = Int(place.block) - first
        var reader = ByteReader(blocks[block], from: Int(place.offset))
        place = Place(
          block: Int32(truncatingIfNeeded: try reader.readInt64()),
          offset: Int32(truncatingIfNeeded: try reader.readInt64()))
        let length = try reader.readCount()
        let start = reader.position
        records.append((block, start..<start + length, try reader.readInt64()))
      }
    } catch {
      preconditionFailure("retained values cannot be read back: \(error)")
    }
    return records.reversed()
  }
}

/// A value kept for `ListMetricValues`.
struct RetainedValue: Hashable, Sendable {
  var metric: Metric
  /// Time of the report, in milliseconds since the epoch.
  var time: Int64
  var value: MetricValue
}

extension RetainedValue {
  /// Reads the values of one report.
  static func ofReport(from reader: inout ByteReader) throws(StoreError) -> [RetainedValue] {
    let time = try reader.readInt64()
    return try reader.readList { r throws(StoreError) in
      let metric = Metric(number: try r.readUInt32())
      return RetainedValue(metric: metric, time: time, value: try MetricValue(from: &r))
    }
  }
}
