/// What a window over whole buckets has to know of one bucket and metric.
enum BucketValue: Hashable, Sendable {
  /// Counts that add up.
  case sum(Int64)
  /// Sizes of messages.
  case sample(sum: Int64, least: Int64, greatest: Int64)
  /// The latest value of a gauge, and its time.
  case last(Int64, at: Int64)

  /// The value of one datapoint.
  init(_ amount: Int64, of metric: Metric, at time: Int64) {
    switch metric.family {
    case .bucketedSample: self = .sample(sum: amount, least: amount, greatest: amount)
    case .reportedGauge: self = .last(amount, at: time)
    case .bucketedCounter, .reportedCounter, .list: self = .sum(amount)
    }
  }

  /// Takes in what came after this, or lies in a later bucket.
  mutating func combine(_ later: BucketValue) {
    switch (self, later) {
    case (.sum(let a), .sum(let b)): self = .sum(saturatingSum(a, b))
    case (
      .sample(let sumA, let leastA, let greatestA), .sample(let sumB, let leastB, let greatestB)
    ):
      self = .sample(
        sum: saturatingSum(sumA, sumB), least: min(leastA, leastB),
        greatest: max(greatestA, greatestB))
    case (.last(_, let timeA), .last(_, let timeB)):
      if timeB >= timeA { self = later }
    default: preconditionFailure("a metric has changed its family")
    }
  }
}

/// Adds two counts; stops at the greatest one (evaluation.md 3).
func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? .max : sum
}

/// What one thing measured, bucket by bucket: of the metrics that add up in buckets, of gauges until their
/// bucket has closed, and of reported counters what their log had no room for.
///
/// One cell for each bucket and metric, by rising end, before the log among the thing's bytes:
///
///     [ cells of older buckets ][ cells of the newest ]
///                               ▲ tail: what a report mostly changes
///
///     cell     age · 4 + kind, metric, fields          age: buckets between this one and the newest
///     fields   0 sum:     sum
///              1 sample:  sum, least, greatest − least
///              2 last:    value folded, end − time
struct BucketLog: Hashable, Sendable {
  struct Cell: Hashable, Sendable {
    /// The bucket holds values with end − length ≤ time < end.
    var end: Int64
    var metric: Metric
    var value: BucketValue
  }

  private(set) var newestEnd: Int64 = 0
  private(set) var byteCount: UInt32 = 0
  /// Bytes before the cells of the newest bucket.
  private var tail: UInt32 = 0

  init() {}

  /// Takes in cells of one bucket, each metric possibly several times, in the order of their receipt.
  ///
  /// - Parameters:
  ///   - bytes: the thing's.
  ///   - start: where the cells lie in them.
  ///   - bucket: the length of every bucket, in milliseconds.
  ///   - scratch: room to work in.
  ///   - isKept: whether an older cell is still needed.
  mutating func add(
    _ added: [Cell], in bytes: inout PackedBytes, at start: Int, bucket: Int64,
    scratch: inout [Cell], keeping isKept: (Cell) -> Bool
  ) {
    guard let end = added.first?.end else { return }
    let isNewest = byteCount > 0 && end == newestEnd
    scratch.removeAll(keepingCapacity: true)
    read(from: isNewest ? Int(tail) : 0, of: bytes, at: start, bucket: bucket) { cell in
      if isNewest || isKept(cell) { scratch.append(cell) }
    }
    for cell in added { Self.merge(cell, into: &scratch) }
    write(scratch, from: isNewest ? Int(tail) : 0, to: &bytes, at: start, bucket: bucket)
  }

  /// Forgets the cells that are not needed. Returns whether there were any.
  @discardableResult
  mutating func remove(
    in bytes: inout PackedBytes, at start: Int, bucket: Int64, unless isKept: (Cell) -> Bool
  ) -> Bool {
    var isAnyRemoved = false
    var kept: [Cell] = []
    read(of: bytes, at: start, bucket: bucket) { cell in
      if isKept(cell) { kept.append(cell) } else { isAnyRemoved = true }
    }
    if isAnyRemoved { write(kept, from: 0, to: &bytes, at: start, bucket: bucket) }
    return isAnyRemoved
  }

  private static func merge(_ cell: Cell, into cells: inout [Cell]) {
    var index = cells.count
    while index > 0, cells[index - 1].end > cell.end { index -= 1 }
    var same = index
    while same > 0, cells[same - 1].end == cell.end {
      same -= 1
      if cells[same].metric == cell.metric {
        cells[same].value.combine(cell.value)
        return
      }
    }
    cells.insert(cell, at: index)
  }

  // MARK: Bytes

  /// Visits the cells from an offset on, by rising end.
  func read(
    from offset: Int = 0, of bytes: PackedBytes, at start: Int, bucket: Int64,
    _ body: (Cell) -> Void
  ) {
    var position = start + offset
    while position < start + Int(byteCount) {
      let head = bytes.read(at: &position)
      let end = newestEnd - Int64(head >> 2) * bucket
      let metric = Metric(number: .init(truncatingIfNeeded: bytes.read(at: &position)))
      let first = bytes.read(at: &position)
      let value: BucketValue
      switch head & 3 {
      case 0: value = .sum(Int64(bitPattern: first))
      case 1:
        let least = Int64(bitPattern: bytes.read(at: &position))
        let span = Int64(bitPattern: bytes.read(at: &position))
        value = .sample(sum: Int64(bitPattern: first), least: least, greatest: least + span)
      default:
        value = .last(first.unfolded, at: end - Int64(bitPattern: bytes.read(at: &position)))
      }
      body(Cell(end: end, metric: metric, value: value))
    }
  }

  /// Writes cells over those from an offset on.
  private mutating func write(
    _ cells: [Cell], from offset: Int, to bytes: inout PackedBytes, at start: Int, bucket: Int64
  ) {
    if let end = cells.last?.end { newestEnd = end }
    var length = 0
    for cell in cells {
      let (numbers, count) = numbers(of: cell, bucket)
      for index in 0..<count { length += PackedBytes.length(of: numbers[index]) }
    }
    bytes.resize(start + offset..<start + Int(byteCount), to: length)
    byteCount = UInt32(offset + length)
    tail = UInt32(offset)
    var position = start + offset
    for (index, cell) in cells.enumerated() {
      if index > 0, cell.end != cells[index - 1].end { tail = UInt32(position - start) }
      let (numbers, count) = numbers(of: cell, bucket)
      for index in 0..<count { bytes.write(numbers[index], at: &position) }
    }
  }

  private func numbers(of cell: Cell, _ bucket: Int64) -> (SIMD8<UInt64>, count: Int) {
    var numbers = SIMD8<UInt64>()
    let age = UInt64((newestEnd - cell.end) / bucket)
    numbers[1] = UInt64(cell.metric.number)
    switch cell.value {
    case .sum(let sum):
      numbers[0] = age << 2
      numbers[2] = UInt64(bitPattern: sum)
      return (numbers, 3)
    case .sample(let sum, let least, let greatest):
      numbers[0] = age << 2 | 1
      numbers[2] = UInt64(bitPattern: sum)
      numbers[3] = UInt64(bitPattern: least)
      numbers[4] = UInt64(bitPattern: greatest - least)
      return (numbers, 5)
    case .last(let value, let time):
      numbers[0] = age << 2 | 2
      numbers[2] = UInt64(folding: value)
      numbers[3] = UInt64(bitPattern: cell.end - time)
      return (numbers, 4)
    }
  }
}

// MARK: Records

extension BucketLog {
  func encode(_ bytes: PackedBytes, at start: Int, bucket: Int64, to writer: inout ByteWriter) {
    var cells: [Cell] = []
    read(of: bytes, at: start, bucket: bucket) { cells.append($0) }
    writer.write(list: cells) { writer, cell in
      writer.write(cell.end)
      writer.write(UInt64(cell.metric.number))
      switch cell.value {
      case .sum(let sum):
        writer.write(UInt8(0))
        writer.write(sum)
      case .sample(let sum, let least, let greatest):
        writer.write(UInt8(1))
        writer.write(sum)
        writer.write(least)
        writer.write(greatest)
      case .last(let value, let time):
        writer.write(UInt8(2))
        writer.write(value)
        writer.write(time)
      }
    }
  }

  /// Reads back what `encode` wrote, to the end of the bytes.
  init(
    from reader: inout ByteReader, in bytes: inout PackedBytes, bucket: Int64
  ) throws(StoreError) {
    var latest = -ReportLog.furthestTime
    let cells = try reader.readList { r throws(StoreError) in
      let cell = try Cell(from: &r)
      guard (latest...ReportLog.furthestTime).contains(cell.end), cell.end % bucket == 0,
        cell.isPossible(bucket)
      else { throw .corrupt("a bucket of a thing that cannot be") }
      latest = cell.end
      return cell
    }
    write(cells, from: 0, to: &bytes, at: bytes.count, bucket: bucket)
  }
}

extension BucketLog.Cell {
  fileprivate init(from reader: inout ByteReader) throws(StoreError) {
    end = try reader.readInt64()
    metric = Metric(number: try reader.readUInt32())
    switch try reader.readUInt8() {
    case 0: value = .sum(try reader.readInt64())
    case 1:
      value = .sample(
        sum: try reader.readInt64(), least: try reader.readInt64(),
        greatest: try reader.readInt64())
    case 2: value = .last(try reader.readInt64(), at: try reader.readInt64())
    case let kind: throw .corrupt("a bucket value of unknown kind \(kind)")
    }
  }

  /// Whether datapoints can have come to this.
  fileprivate func isPossible(_ bucket: Int64) -> Bool {
    switch (value, metric.family) {
    case (.sum(let sum), .bucketedCounter), (.sum(let sum), .reportedCounter): sum >= 0
    case (.sample(let sum, let least, let greatest), .bucketedSample):
      least >= 0 && least <= greatest && greatest <= sum
    case (.last(_, let time), .reportedGauge): time < end && time >= end - bucket
    default: false
    }
  }
}

extension Metric {
  /// The family of a metric that has amounts: all of those that users define are gauges.
  fileprivate var family: MetricFamily { ofAWS?.family ?? .reportedGauge }
}
