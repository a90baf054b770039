/// The values kept for `ListMetricValues` that no snapshot holds yet, of all things in the order of receipt.
///
/// One record for each report. It leads to the one before it of the same thing, whose state knows the
/// newest:
///
///     block:   [ a1 ][ b1 ][ a2 ][ c1 ] …          a record:  place of the one before, length of the rest,
///                ▲─────────  │     ▲                          time, number of values, (metric, value) …
///                          thing a: its newest
///
/// So taking a report in writes where the last one was written. A snapshot copies the records of a thing into a
/// chunk as they are, without the places, and frees all of it at once.
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
  private var writer = ByteWriter()
  private var head = ByteWriter()
  /// Values, of all reports together.
  private(set) var valueCount = 0

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
    writer.write(time)
    writer.write(count: count)
    for datapoint in datapoints where used.contains(datapoint.metric) {
      writer.write(UInt64(datapoint.metric.number))
      datapoint.value.encode(to: &writer)
    }
    head.removeAll()
    head.write(Int64(newest.block))
    head.write(Int64(newest.offset))
    head.write(count: writer.bytes.count)
    let size = head.bytes.count + writer.bytes.count
    let room = blocks.last.map { $0.capacity - $0.count } ?? 0
    if room < size {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(max(Self.blockSize, size))
    }
    let block = blocks.count - 1
    newest = Place(block: Int32(block), offset: Int32(blocks[block].count))
    blocks[block] += head.bytes
    blocks[block] += writer.bytes
  }

  /// A chunk of the values of the thing whose newest record this is, nil where there is none.
  func chunk(
    through newest: Place, of thing: ThingName, position: Int64
  ) -> MetricValueChunk? {
    var records: [(block: Int, range: Range<Int>)] = []
    var (first, last) = (Int64.max, Int64.min)
    var size = 0
    visit(through: newest) { block, range, reader throws(StoreError) in
      let time = try reader.readInt64()
      first = min(first, time)
      last = max(last, time)
      size += range.count
      records.append((block, range))
    }
    guard !records.isEmpty else { return nil }
    var chunk = ByteWriter()
    chunk.reserve(size + 10)
    chunk.write(count: records.count)
    for (block, range) in records.reversed() { chunk.append(blocks[block][range]) }
    return MetricValueChunk(
      thing: thing, metric: nil, position: position, firstTime: first, lastTime: last,
      values: chunk.bytes)
  }

  /// The values of the thing whose newest record this is, in the order of receipt.
  func values(through newest: Place) -> [RetainedValue] {
    var records: [[RetainedValue]] = []
    visit(through: newest) { _, _, reader throws(StoreError) in
      let time = try reader.readInt64()
      records.append(
        try reader.readList { r throws(StoreError) in
          let metric = Metric(number: try r.readUInt32())
          return RetainedValue(metric: metric, time: time, value: try MetricValue(from: &r))
        })
    }
    return records.reversed().flatMap(\.self)
  }

  /// Visits a thing's records, the newest first: where what follows the place lies, and a reader at its start.
  private func visit(
    through newest: Place,
    _ body: (Int, Range<Int>, inout ByteReader) throws(StoreError) -> Void
  ) {
    var place = newest
    do {
      while place != Self.none {
        let block = Int(place.block)
        var reader = ByteReader(blocks[block], from: Int(place.offset))
        place = Place(
          block: Int32(truncatingIfNeeded: try reader.readInt64()),
          offset: Int32(truncatingIfNeeded: try reader.readInt64()))
        let count = try reader.readCount()
        try body(block, reader.position..<reader.position + count, &reader)
      }
    } catch {
      preconditionFailure("retained values cannot be read back: \(error)")
    }
  }
}

/// A value kept for `ListMetricValues`.
struct RetainedValue: Hashable, Sendable {
  var metric: Metric
  /// Time of the report, in milliseconds since the epoch.
  var time: Int64
  var value: MetricValue
}
