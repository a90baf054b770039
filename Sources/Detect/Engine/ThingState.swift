/// What the engine remembers of one thing.
///
/// Some words here, and the rest back to back in one allocation, numbers in as few bytes as they need:
///
///     bytes:  [ name ][ report ids ][ streaks ][ buckets ][ report log ]
///               UTF-8   64 newest     one byte   what      every report with a reported counter,
///                       of them       a slot     buckets   newest last: it grows at the end
///                                                add up
///
/// A text of its own would be one more allocation a thing, and one more place in memory to wait for whenever the
/// thing is found by its name.
struct ThingState: Sendable {
  var coverage = Coverage.none
  private(set) var bytes = PackedBytes()
  private var ids = ReportIDMemory()
  /// Time of the latest report taken, in milliseconds since the epoch.
  var lastReportTime: Int64 = .min
  private var buckets = BucketLog()
  var log = ReportLog()
  /// The log is cut to the window capacity once it has this many rows.
  private var nextTrim: UInt32 = 0
  /// The newest of the thing's active violations; each one leads to the next.
  var alarms: AlarmTable.Place?
  /// In which round between snapshots it last changed, none where a snapshot has it as it is.
  var changed = SnapshotRound.none
  private let nameLength: UInt8
  /// The newest of the thing's values that no snapshot holds.
  var retained = RetainedLog.none

  /// A thing of which nothing is known.
  ///
  /// - Parameter name: at most `Limits.thingNameBytes` long, as all names in reports and records.
  init(name: ThingName) {
    bytes = PackedBytes(Array(name.text.utf8))
    nameLength = UInt8(bytes.count)
  }
}

// MARK: Name

extension ThingState {
  /// The name, made anew each time.
  var name: ThingName {
    ThingName(String(decoding: bytes.bytes[..<Int(nameLength)], as: UTF8.self))
  }

  /// Whether the thing has this name.
  func isNamed(_ name: ThingName) -> Bool {
    let name = name.text.utf8.span
    guard name.count == nameLength else { return false }
    for place in name.indices where bytes[place] != name[place] { return false }
    return true
  }

  /// Whether the thing comes before one of this name.
  func precedes(_ name: ThingName) -> Bool {
    bytes.bytes.span.extracting(first: Int(nameLength)).precedes(name.text.utf8.span)
  }

  /// Whether the thing comes before another one.
  func precedes(_ other: ThingState) -> Bool {
    bytes.bytes.span.extracting(first: Int(nameLength))
      .precedes(other.bytes.bytes.span.extracting(first: Int(other.nameLength)))
  }
}

extension Span<UInt8> {
  /// The order of names.
  fileprivate func precedes(_ other: Span<UInt8>) -> Bool {
    for place in 0..<Swift.min(count, other.count) where self[place] != other[place] {
      return self[place] < other[place]
    }
    return count < other.count
  }
}

/// How many datapoints in a row went one way, for one thing and behavior (evaluation.md 6).
struct Streak: Hashable, Sendable {
  var violating: UInt8 = 0
  var conforming: UInt8 = 0
  var isInAlarm = false

  init() {}

  /// Counts no further than any behavior can ask.
  static func next(_ count: UInt8) -> UInt8 {
    min(count + 1, UInt8(Limits.consecutiveDatapoints.upperBound))
  }

  /// Whether counting can have led here.
  var isPossible: Bool {
    min(violating, conforming) == 0
      && max(violating, conforming) <= Limits.consecutiveDatapoints.upperBound
  }

  /// One byte: a streak goes one way or the other.
  ///
  ///     [ 0 0 alarm conforming · length of the streak in four bits ]
  fileprivate var packed: UInt8 {
    (isInAlarm ? 0x20 : 0) | (conforming > 0 ? 0x10 | conforming : violating)
  }

  fileprivate init(packed: UInt8) {
    isInAlarm = packed & 0x20 != 0
    if packed & 0x10 != 0 { conforming = packed & 0xf } else { violating = packed & 0xf }
  }
}

/// How far back what was measured may still matter.
struct Horizon: Sendable {
  /// No window begins before this time.
  let earliest: Int64
  /// Buckets that end at this time or before are closed: no gauge of theirs is asked for.
  let closedThrough: Int64
  /// The length of a bucket.
  let bucket: Int64
  /// Values of one reported counter that are held.
  let capacity: Int

  func keeps(_ cell: BucketLog.Cell) -> Bool {
    if case .last = cell.value, cell.end <= closedThrough { return false }
    return cell.end > earliest
  }

  /// The end of the bucket that a time belongs to.
  func bucketEnd(of time: Int64) -> Int64 {
    let (quotient, remainder) = time.quotientAndRemainder(dividingBy: bucket)
    return ((remainder < 0 ? quotient - 1 : quotient) + 1) * bucket
  }
}

// MARK: Report ids and streaks

extension ThingState {
  private var idStart: Int { Int(nameLength) }
  private var streakStart: Int { idStart + Int(ids.byteCount) }

  func verdict(on id: UInt64) -> ReportIDMemory.Verdict {
    ids.verdict(on: id, in: bytes, at: idStart)
  }

  mutating func remember(_ id: UInt64) { ids.remember(id, in: &bytes, at: idStart) }

  /// The streak of a slot of the coverage.
  func streak(at slot: Int) -> Streak { Streak(packed: bytes[streakStart + slot]) }

  mutating func setStreak(_ streak: Streak, at slot: Int) {
    bytes[streakStart + slot] = streak.packed
  }

  /// One per slot of the coverage, in its order.
  var streaks: [Streak] { coverage.slots.indices.map { streak(at: $0) } }

  /// Gives the thing another coverage, with a streak for each of its slots.
  mutating func cover(_ coverage: Coverage, _ streaks: [Streak]) {
    let start = streakStart
    bytes.resize(start..<start + self.coverage.slots.count, to: streaks.count)
    self.coverage = coverage
    for (slot, streak) in streaks.enumerated() { setStreak(streak, at: slot) }
  }
}

// MARK: What was measured

extension ThingState {
  private var bucketStart: Int { bytes.count - Int(log.byteCount) - Int(buckets.byteCount) }

  /// Keeps the counters of one report.
  mutating func hold(_ row: ReportLog.Row, _ horizon: Horizon) {
    if bytes.room < row.usualLength {
      // Rows that go make room for those that come, several at a time: looking for them takes a while.
      log.removeRows(before: horizon.earliest, in: &bytes)
      bytes.shrink()
    }
    log.insert(row, in: &bytes)
    if log.count > UInt32(clamping: horizon.capacity), log.count > nextTrim { trim(horizon) }
  }

  /// Leaves the latest `capacity` values of each counter in the log; the sums of buckets keep the others.
  private mutating func trim(_ horizon: Horizon) {
    log.removeRows(before: horizon.earliest, in: &bytes)
    let dropped = log.trim(to: horizon.capacity, in: &bytes)
    var scratch: [BucketLog.Cell] = []
    var sums: ReportLog.Row?
    for row in dropped {
      // Rows of one bucket follow one another, and go there together.
      if let last = sums, horizon.bucketEnd(of: last.time) != horizon.bucketEnd(of: row.time) {
        add(last.cells(horizon), horizon, scratch: &scratch)
        sums = nil
      }
      sums = sums?.adding(row) ?? row
    }
    if let sums { add(sums.cells(horizon), horizon, scratch: &scratch) }
    nextTrim = log.count + UInt32(clamping: horizon.capacity / 8)
  }

  /// Keeps what one report adds to a bucket.
  mutating func add(
    _ cells: [BucketLog.Cell], _ horizon: Horizon, scratch: inout [BucketLog.Cell]
  ) {
    buckets.add(
      cells, in: &bytes, at: bucketStart, bucket: horizon.bucket, scratch: &scratch,
      keeping: { horizon.keeps($0) })
  }

  /// Forgets what no window can reach any more. Returns whether there was anything.
  mutating func forget(_ horizon: Horizon) -> Bool {
    let count = (log.count, bytes.count)
    log.removeRows(before: horizon.earliest, in: &bytes)
    if log.count > UInt32(clamping: horizon.capacity) { trim(horizon) }
    buckets.remove(
      in: &bytes, at: bucketStart, bucket: horizon.bucket, unless: { horizon.keeps($0) })
    return (log.count, bytes.count) != count
  }

  /// Forgets everything that was measured. Returns whether there was anything.
  @discardableResult
  mutating func forgetWindows() -> Bool {
    guard log.count > 0 || buckets.byteCount > 0 else { return false }
    log.removeAll(in: &bytes)
    bytes.resize(bucketStart..<bytes.count, to: 0)
    buckets = BucketLog()
    return true
  }

  /// Whether something was measured in the bucket. False may be wrong of one that is not the newest.
  func hasNews(ofBucketEndingAt end: Int64, _ horizon: Horizon) -> Bool {
    (buckets.byteCount > 0 && buckets.newestEnd == end)
      || (log.count > 0 && horizon.bucketEnd(of: log.newestTime) == end)
  }
}

// MARK: Records

extension ThingState {
  /// The ends of the buckets after a time in which something was measured.
  func bucketEnds(after limit: Int64, _ horizon: Horizon) -> Set<Int64> {
    var ends: Set<Int64> = []
    buckets.read(of: bytes, at: bucketStart, bucket: horizon.bucket) { ends.insert($0.end) }
    for row in log.rows(in: bytes) { ends.insert(horizon.bucketEnd(of: row.time)) }
    return ends.filter { $0 > limit }
  }

  /// Writes ids and all that was measured and still matters, the same for the same inputs: what happens to lie here
  /// besides is forgotten first. Returns the chunks of the log that belong beside it.
  mutating func encodeMeasured(
    _ horizon: Horizon, to writer: inout ByteWriter
  ) -> [LogChunk] {
    _ = forget(horizon)
    ids.encode(bytes, at: idStart, to: &writer)
    buckets.encode(bytes, at: bucketStart, bucket: horizon.bucket, to: &writer)
    return log.encode(bytes, to: &writer)
  }

  /// Reads back a chunk of the log. They come by rising number, and before all else.
  mutating func restoreChunk(
    _ number: Int64, from reader: inout ByteReader
  ) throws(StoreError) {
    try log.append(chunk: number, from: &reader, in: &bytes)
  }

  /// Reads back what `encodeMeasured` wrote, behind the chunks.
  mutating func restoreMeasured(
    from reader: inout ByteReader, bucket: Int64
  ) throws(StoreError) {
    let streaks = streaks
    let chunks = bytes.bytes.suffix(Int(log.byteCount))
    bytes.resize(idStart..<bytes.count, to: 0)
    ids = try ReportIDMemory(from: &reader, in: &bytes)
    bytes.resize(bytes.count..<bytes.count, to: streaks.count)
    for (slot, streak) in streaks.enumerated() { setStreak(streak, at: slot) }
    buckets = try BucketLog(from: &reader, in: &bytes, bucket: bucket)
    bytes.append(chunks)
    try log.finish(from: &reader, in: &bytes)
  }
}

extension ReportLog.Row {
  /// The row with the values of another one added.
  fileprivate func adding(_ other: ReportLog.Row) -> ReportLog.Row {
    var sum = self
    for column in ReportLog.columns where other.has(column) {
      sum.add(other.values[column], column: column)
    }
    return sum
  }

  /// What the row adds to its bucket.
  fileprivate func cells(_ horizon: Horizon) -> [BucketLog.Cell] {
    ReportLog.columns.filter(has).map {
      BucketLog.Cell(
        end: horizon.bucketEnd(of: time), metric: ReportLog.metric(ofColumn: $0),
        value: .sum(values[$0]))
    }
  }
}

// MARK: Windows

extension ThingState {
  /// Whether any metric can have so many values.
  func mayBeFull(_ capacity: Int) -> Bool { log.count >= capacity }

  /// Whether so many values of a metric since a time are held that there is no room for one more.
  func isFull(_ metric: Metric, since time: Int64, capacity: Int) -> Bool {
    guard let column = ReportLog.column(of: metric) else { return false }
    return log.valueCount(of: column, since: time, in: bytes) >= capacity
  }

  /// The sum of a reported counter over the window of the given length that ends at a report's time.
  func sum(of metric: Metric, endingAt time: Int64, length: Int64, capacity: Int) -> Int64 {
    guard let column = ReportLog.column(of: metric) else { return 0 }
    return log.sum(of: column, over: time - length + 1...time, capacity: capacity, in: bytes)
  }

  /// What a metric came to over the window of whole buckets that ends at `end`; nil where it was not
  /// reported in the last of them.
  func window(
    of metric: Metric, endingAt end: Int64, length: Int64, bucket: Int64
  ) -> BucketValue? {
    var window: BucketValue?
    var isReported = false
    func take(_ value: BucketValue, isLast: Bool) {
      if window == nil { window = value } else { window?.combine(value) }
      if isLast { isReported = true }
    }
    buckets.read(of: bytes, at: bucketStart, bucket: bucket) { cell in
      if cell.metric == metric, cell.end > end - length, cell.end <= end {
        take(cell.value, isLast: cell.end == end)
      }
    }
    if let column = ReportLog.column(of: metric) {
      let (sum, isRecent) = log.sum(
        of: column, from: end - length, before: end, recent: end - bucket, in: bytes)
      take(.sum(sum), isLast: isRecent)
    }
    return isReported ? window : nil
  }
}
