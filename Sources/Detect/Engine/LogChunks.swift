/// How a thing's report log lies in the store, so that a snapshot writes what is new and not all of it:
///
///     rows       first ───────────────────────────────────────────────► end    numbered as they come in
///     records    [ gone ][ changed ][ stored   …   stored ][ new … new ] tail
///
/// So many rows are a chunk, by their numbers, and every chunk that is full is a record of its own. It is written once, unless
/// one of its rows changes: where a late report finds its place among earlier ones, or where so much is logged
/// that values are dropped. The tail, rows that fill no chunk yet, is written with the thing.
///
/// Rows that go before the first leave their chunk as it is, until all of it is gone.
struct LogChunks: Hashable, Sendable {
  /// The number of the next row that comes in.
  private(set) var end: Int64 = 0
  /// Chunks before that of the first row whose records, if there are any, are no longer needed.
  private(set) var gone: UInt32 = 0
  /// Chunks, from that of the first row on, whose records have to be written again.
  private(set) var changed: UInt16 = 0
  /// Chunks behind those whose records are right.
  private(set) var stored: UInt16 = 0

  init() {}

  /// Of a log of which so many chunks are in the store.
  init(end: Int64, stored: UInt16) {
    self.end = end
    self.stored = stored
  }

  static let size = UInt32(Limits.reportsPerChunk)

  /// The number of the chunk of the first of so many rows.
  func firstChunk(_ count: UInt32) -> Int64 { (end - Int64(count)) / Int64(Self.size) }

  /// Where the first of so many rows lies in its chunk.
  private func offset(_ count: UInt32) -> UInt32 {
    UInt32((end - Int64(count)) % Int64(Self.size))
  }

  /// How many chunks the rows fill, and how many rows are left for the tail.
  func layout(_ count: UInt32) -> (full: UInt16, tail: UInt32) {
    let full = UInt16(clamping: (offset(count) + count) / Self.size)
    return (full, full == 0 ? count : offset(count) + count - UInt32(full) * Self.size)
  }

  /// A row comes in behind so many rows and before others, which move up.
  mutating func insert(after rows: UInt32, before later: UInt32) {
    if later > 0 {
      let chunk = (offset(rows + later) + rows) / Self.size
      stored = chunk < changed ? 0 : min(stored, UInt16(clamping: chunk) - changed)
      if stored == 0 { changed = 0 }
    }
    end += 1
  }

  /// The first of the rows go.
  mutating func removeFirst(_ removed: UInt32, of count: UInt32) {
    let passed = (offset(count) + removed) / Self.size
    gone += passed
    let rest = UInt16(clamping: passed) - min(changed, UInt16(clamping: passed))
    changed -= min(changed, UInt16(clamping: passed))
    stored -= min(stored, rest)
  }

  /// The first of the rows are others than before.
  mutating func change(_ rows: UInt32, of count: UInt32) {
    let touched = UInt16(clamping: (offset(count) + rows + Self.size - 1) / Self.size)
    let known = changed + stored
    changed = min(known, max(changed, touched))
    stored = known - changed
    if stored == 0 { changed = 0 }
  }

  /// All that is to be written has been: so many chunks are full.
  mutating func save(full: UInt16) {
    (gone, changed, stored) = (0, 0, full)
  }
}

/// A part of a thing's report log with a record of its own.
struct LogChunk: Hashable, Sendable {
  var number: Int64
  /// The encoded rows, nil where they are no longer needed.
  var rows: [UInt8]?
}

extension ReportLog {
  /// Writes the log without its chunks, and returns those that the store does not have as they are, or needs no more.
  mutating func encode(_ bytes: PackedBytes, to writer: inout ByteWriter) -> [LogChunk] {
    let (full, tail) = chunks.layout(count)
    writer.write(chunks.end)
    writer.write(count)
    let first = chunks.firstChunk(count)
    let size = LogChunks.size
    var written = (first - Int64(chunks.gone)..<first).map { LogChunk(number: $0) }
    let changed = Array(0..<chunks.changed) + Array(chunks.changed + chunks.stored..<full)
    let start = changed.first ?? full
    // Rows from the first chunk that is to be written on.
    let needed = min(count, tail + UInt32(full - start) * size)
    let rows = Array(self.rows(in: bytes, newest: needed).reversed())
    for chunk in changed {
      let end = rows.count - Int(tail + UInt32(full - chunk - 1) * size)
      var writer = ByteWriter()
      Self.encode(rows[max(0, end - Int(size))..<end], to: &writer)
      written.append(LogChunk(number: first + Int64(chunk), rows: writer.bytes))
    }
    Self.encode(rows.suffix(Int(tail)), to: &writer)
    chunks.save(full: full)
    return written
  }

  private static func encode(_ rows: ArraySlice<Row>, to writer: inout ByteWriter) {
    var last: Int64 = 0
    writer.write(list: Array(rows)) { writer, row in
      writer.write(row.time - last)
      last = row.time
      writer.write(row.mask)
      for column in Self.columns where row.has(column) {
        writer.write(row.values[column])
      }
    }
  }

  /// Takes back a chunk, behind those that lie before it.
  mutating func append(
    chunk number: Int64, from reader: inout ByteReader, in bytes: inout PackedBytes
  ) throws(StoreError) {
    let size = Int64(LogChunks.size)
    let rows = try Self.rows(from: &reader)
    guard (0..<Int64.max / size).contains(number), rows.count <= size,
      count == 0 || chunks.end == number * size && rows.count == size
    else { throw .corrupt("a chunk that is of no report log") }
    try append(rows, in: &bytes)
    chunks = LogChunks(end: (number + 1) * size, stored: 0)
  }

  /// Takes back what `encode` wrote with the thing, behind all chunks.
  mutating func finish(
    from reader: inout ByteReader, in bytes: inout PackedBytes
  ) throws(StoreError) {
    let end = try reader.readInt64()
    let whole = try reader.readUInt32()
    let tail = try Self.rows(from: &reader)
    guard end >= whole, whole < UInt32.max / 2 else {
      throw .corrupt("a report log that cannot be")
    }
    let finished = LogChunks(end: end, stored: 0).layout(whole)
    let inChunks = whole - min(whole, finished.tail)
    guard finished.tail == tail.count,
      finished.full == 0 ? count == 0 : chunks.end == end - Int64(tail.count),
      (inChunks..<inChunks + LogChunks.size).contains(count)
    else { throw .corrupt("a part of a report log is missing") }
    removeFirst(count - inChunks, in: &bytes)
    try append(tail, in: &bytes)
    chunks = LogChunks(end: end, stored: finished.full)
  }

  private mutating func append(
    _ rows: [Row], in bytes: inout PackedBytes
  ) throws(StoreError) {
    for row in rows {
      guard count == 0 || row.time >= newestTime else {
        throw .corrupt("a report log in disorder")
      }
      append(row, in: &bytes)
    }
  }

  private static func rows(from reader: inout ByteReader) throws(StoreError) -> [Row] {
    var latest: Int64 = 0
    var times = -furthestTime...furthestTime
    return try reader.readList { r throws(StoreError) in
      let time = latest &+ (try r.readInt64())
      var row = Row(time: time, mask: try r.readUInt8())
      guard times.contains(time), (1..<1 << 4).contains(row.mask) else {
        throw .corrupt("a report of a thing that cannot be")
      }
      for column in Self.columns where row.has(column) {
        row.values[column] = try r.readInt64()
        guard row.values[column] >= 0 else { throw .corrupt("a negative count in a record") }
      }
      latest = time
      times = time...furthestTime
      return row
    }
  }
}
