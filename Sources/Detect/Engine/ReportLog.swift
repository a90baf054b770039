/// What one thing reported of the reported counters, as far back as a window may reach: for sums over windows
/// that end at a report's time.
///
/// One row for each report, by rising time, in the last of the thing's bytes. A row says how it differs
/// from the one before it, and is read from behind: a window ends near the newest row and is mostly short.
///
///     …  [ values of row 6 ][ header ] [ values of row 7 ][ masks ][ header ]  ◄── newestTime, newestStep, newestMask
///
///     values   one number for each counter in the row's mask, by rising metric
///     header   (step of this row − step of the row before, folded) · 2 + (whether the masks differ)
///     masks    this row's mask xor that of the row before, where they differ
///
/// A step is the time since the row before. A device that reports at fixed intervals so takes a byte or two for
/// time and metrics together. The oldest row's header is about a row that is gone.
///
struct ReportLog: Hashable, Sendable {
  /// Milliseconds by which a time may lie before or after the epoch, so that no difference of two steps
  /// leaves 63 bits. Some 18 million years.
  static let furthestTime: Int64 = 1 << 59

  /// The reported counters, of which there are no others, follow one another in `Metric.catalogue`.
  private static let first = Metric(number: 9)
  static let columns = 0..<4

  /// The column of a metric, nil where it is no reported counter.
  static func column(of metric: Metric) -> Int? {
    let column = Int(metric.number) - Int(first.number)
    return columns.contains(column) ? column : nil
  }

  static func metric(ofColumn column: Int) -> Metric {
    Metric(number: first.number + .init(column))
  }

  /// The counters of one report.
  struct Row: Hashable, Sendable {
    var time: Int64
    /// One bit for each column that has a value.
    var mask: UInt8 = 0
    var values = SIMD4<Int64>()

    /// Whether the report has a value of this column.
    func has(_ column: Int) -> Bool { mask >> UInt8(column) & 1 == 1 }

    /// Bytes that the row mostly takes.
    var usualLength: Int {
      var length = 3
      for column in ReportLog.columns where has(column) {
        length += PackedBytes.length(of: UInt64(bitPattern: values[column]))
      }
      return length
    }

    /// The row's values of these columns, and its others.
    func split(by columns: UInt8) -> (inside: Row, outside: Row) {
      var (inside, outside) = (Row(time: time), Row(time: time))
      for column in ReportLog.columns where has(column) {
        if columns >> UInt8(column) & 1 == 1 {
          inside.add(values[column], column: column)
        } else {
          outside.add(values[column], column: column)
        }
      }
      return (inside, outside)
    }

    /// Adds a value of a column to those of the same report.
    mutating func add(_ value: Int64, column: Int) {
      values[column] = saturatingSum(values[column], value)
      mask |= 1 << UInt8(column)
    }
  }

  private(set) var newestTime: Int64 = 0
  private var newestStep: Int64 = 0
  private var newestMask: UInt8 = 0
  private(set) var count: UInt32 = 0
  /// Bytes of all rows.
  private(set) var byteCount: UInt32 = 0
  /// Which rows the store has.
  var chunks = LogChunks()

  init() {}

  // MARK: Writing

  /// Takes a row into its place by time, behind those of the same time.
  mutating func insert(_ row: Row, in bytes: inout PackedBytes) {
    var later: [Row] = []
    while count > 0, newestTime > row.time { later.append(removeNewest(in: &bytes)) }
    chunks.insert(after: count, before: UInt32(later.count))
    append(row, in: &bytes)
    while let row = later.popLast() { append(row, in: &bytes) }
  }

  mutating func append(_ row: Row, in bytes: inout PackedBytes) {
    let step = count == 0 ? newestStep : row.time &- newestTime
    let masks = count == 0 ? 0 : row.mask ^ newestMask
    let header = UInt64(folding: step &- newestStep) << 1 | (masks == 0 ? 0 : 1)
    let before = bytes.count
    bytes.reserve(row.usualLength + PackedBytes.length(of: header))
    for column in Self.columns where row.has(column) {
      bytes.append(UInt64(bitPattern: row.values[column]))
    }
    if masks != 0 { bytes.append(UInt64(masks)) }
    bytes.append(header)
    byteCount += UInt32(bytes.count - before)
    newestTime = row.time
    newestStep = step
    newestMask = row.mask
    count += 1
  }

  private mutating func removeNewest(in bytes: inout PackedBytes) -> Row {
    var rows = Rows(self, in: bytes)
    guard let newest = rows.next(in: bytes) else {
      preconditionFailure("a log without rows has no newest one")
    }
    let row = newest.decoded(bytes)
    newestTime = rows.time
    newestStep = rows.step
    newestMask = rows.mask
    count -= 1
    byteCount = UInt32(rows.end - rows.start)
    bytes.resize(rows.end..<bytes.count, to: 0)
    return row
  }

  /// Forgets the rows before a time.
  mutating func removeRows(before limit: Int64, in bytes: inout PackedBytes) {
    var rows = Rows(self, in: bytes)
    var kept: UInt32 = 0
    while let row = rows.next(in: bytes) {
      guard row.time < limit else {
        kept += 1
        continue
      }
      return keep(kept, before: row.end, in: &bytes)
    }
  }

  /// Forgets the first rows.
  mutating func removeFirst(_ removed: UInt32, in bytes: inout PackedBytes) {
    guard removed > 0 else { return }
    var rows = Rows(self, in: bytes)
    for _ in removed..<count { _ = rows.next(in: bytes) }
    keep(count - removed, before: rows.end, in: &bytes)
  }

  /// Leaves the newest rows, of which the first begins where the others end.
  private mutating func keep(_ kept: UInt32, before end: Int, in bytes: inout PackedBytes) {
    let start = bytes.count - Int(byteCount)
    bytes.resize(start..<end, to: 0)
    byteCount -= UInt32(end - start)
    chunks.removeFirst(count - kept, of: count)
    count = kept
  }

  /// Leaves the latest `capacity` values of each counter, and returns the others, newest first.
  mutating func trim(to capacity: Int, in bytes: inout PackedBytes) -> [Row] {
    var counts = SIMD4<Int>()
    var rows = Rows(self, in: bytes)
    var (whole, end): (UInt32, Int) = (0, 0)
    var (kept, dropped): ([Row], [Row]) = ([], [])
    while let row = rows.next(in: bytes) {
      var full: UInt8 = 0
      for column in Self.columns where row.has(column) {
        counts[column] += 1
        if counts[column] > capacity { full |= 1 << UInt8(column) }
      }
      if full == 0, dropped.isEmpty {
        whole += 1
        continue
      }
      if dropped.isEmpty { end = row.end }
      let parts = row.decoded(bytes).split(by: full)
      if parts.outside.mask != 0 { kept.append(parts.outside) }
      if full != 0 { dropped.append(parts.inside) }
    }
    guard !dropped.isEmpty else { return [] }
    let before = count
    guard !kept.isEmpty else {
      keep(whole, before: end, in: &bytes)
      return dropped
    }
    let newest = self.rows(in: bytes).prefix(Int(whole))
    let stored = chunks
    removeAll(in: &bytes)
    for row in kept.reversed() + newest.reversed() { append(row, in: &bytes) }
    chunks = stored
    chunks.removeFirst(before - count, of: before)
    chunks.change(count - whole, of: count)
    return dropped
  }

  /// Forgets all rows.
  mutating func removeAll(in bytes: inout PackedBytes) {
    bytes.resize(bytes.count - Int(byteCount)..<bytes.count, to: 0)
    var chunks = chunks
    chunks.removeFirst(count, of: count)
    self = ReportLog()
    self.chunks = chunks
  }

  // MARK: Reading

  /// The sum of a column over the rows of these times, among its latest `capacity` values.
  func sum(of column: Int, over times: ClosedRange<Int64>, capacity: Int, in bytes: PackedBytes)
    -> Int64
  {
    var sum: Int64 = 0
    var left = capacity
    var rows = Rows(self, in: bytes)
    while let row = rows.next(in: bytes), row.time >= times.lowerBound, left > 0 {
      guard row.has(column) else { continue }
      left -= 1
      if row.time <= times.upperBound { sum = saturatingSum(sum, row.value(of: column, bytes)) }
    }
    return sum
  }

  /// The sum of a column over the rows of these times, and whether one of them is a recent one.
  func sum(
    of column: Int, from start: Int64, before end: Int64, recent: Int64, in bytes: PackedBytes
  ) -> (sum: Int64, isRecent: Bool) {
    var sum: Int64 = 0
    var isRecent = false
    var rows = Rows(self, in: bytes)
    while let row = rows.next(in: bytes), row.time >= start {
      guard row.time < end, row.has(column) else { continue }
      sum = saturatingSum(sum, row.value(of: column, bytes))
      if row.time >= recent { isRecent = true }
    }
    return (sum, isRecent)
  }

  /// The number of a column's values since a time.
  func valueCount(of column: Int, since time: Int64, in bytes: PackedBytes) -> Int {
    var found = 0
    var rows = Rows(self, in: bytes)
    while let row = rows.next(in: bytes), row.time >= time {
      if row.has(column) { found += 1 }
    }
    return found
  }

  /// All rows, newest first, or so many of them.
  func rows(in bytes: PackedBytes, newest limit: UInt32 = .max) -> [Row] {
    var rows = Rows(self, in: bytes)
    var found: [Row] = []
    found.reserveCapacity(Int(min(count, limit)))
    while found.count < limit, let row = rows.next(in: bytes) { found.append(row.decoded(bytes)) }
    return found
  }
}

extension ReportLog {
  /// The rows of a log from the newest on.
  private struct Rows {
    let start: Int
    /// Where the next row ends, and how it differs from the one behind it.
    var end: Int
    var time: Int64
    var step: Int64
    var mask: UInt8
    var left: UInt32

    init(_ log: ReportLog, in bytes: PackedBytes) {
      start = bytes.count - Int(log.byteCount)
      end = bytes.count
      time = log.newestTime
      step = log.newestStep
      mask = log.newestMask
      left = log.count
    }

    mutating func next(in bytes: PackedBytes) -> RowView? {
      guard left > 0 else { return nil }
      left -= 1
      var position = end
      let header = bytes.read(before: &position, from: start)
      let masks = header & 1 == 0 ? 0 : bytes.read(before: &position, from: start)
      let row = RowView(
        time: time, mask: mask, start: start, end: end, valuesEnd: position)
      bytes.skip(mask.nonzeroBitCount, before: &position, from: start)
      time &-= step
      step &-= (header >> 1).unfolded
      mask ^= UInt8(truncatingIfNeeded: masks)
      end = position
      return row
    }
  }

  /// One row where it lies.
  private struct RowView {
    let time: Int64
    let mask: UInt8
    /// Where the log begins, where the row ends, and where its values do.
    let start: Int
    let end: Int
    let valuesEnd: Int

    func has(_ column: Int) -> Bool { mask >> UInt8(column) & 1 == 1 }

    /// The value of a column that the row has.
    func value(of column: Int, _ bytes: PackedBytes) -> Int64 {
      var position = valuesEnd
      bytes.skip((mask >> UInt8(column + 1)).nonzeroBitCount, before: &position, from: start)
      return Int64(bitPattern: bytes.read(before: &position, from: start))
    }

    func decoded(_ bytes: PackedBytes) -> Row {
      var row = Row(time: time, mask: mask)
      var position = valuesEnd
      for column in ReportLog.columns.reversed() where has(column) {
        row.values[column] = Int64(bitPattern: bytes.read(before: &position, from: start))
      }
      return row
    }
  }
}
