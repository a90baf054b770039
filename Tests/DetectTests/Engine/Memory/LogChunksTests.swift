import Testing

@testable import Detect

/// What the store has of a report log, against the log itself.
@Suite struct LogChunksTests {
  /// A log, its bytes, and the records that snapshots have made of it.
  private struct Life {
    var log = ReportLog()
    var bytes = PackedBytes()
    var record: [UInt8] = []
    var chunks: [Int64: [UInt8]] = [:]
    var written = 0

    mutating func report(at time: Int64, columns: [Int] = [0, 1, 2, 3]) {
      var row = ReportLog.Row(time: time)
      for column in columns { row.add(time &* 31 % 1000, column: column) }
      log.insert(row, in: &bytes)
    }

    mutating func save() {
      var writer = ByteWriter()
      var seen: Set<Int64> = []
      for chunk in log.encode(bytes, to: &writer) {
        #expect(seen.insert(chunk.number).inserted, "each record once")
        chunks[chunk.number] = chunk.rows
        if chunk.rows != nil { written += 1 }
      }
      record = writer.bytes
    }

    /// The rows as they are read back, newest first, and how the next snapshot would go on.
    func restored() throws -> (rows: [ReportLog.Row], chunks: LogChunks) {
      try restored(record, chunks)
    }

    func restored(
      _ record: [UInt8], _ chunks: [Int64: [UInt8]]
    ) throws -> (rows: [ReportLog.Row], chunks: LogChunks) {
      var log = ReportLog()
      var bytes = PackedBytes()
      for (number, rows) in chunks.sorted(by: { $0.key < $1.key }) {
        var reader = ByteReader(rows)
        try log.append(chunk: number, from: &reader, in: &bytes)
        try reader.finish()
      }
      var reader = ByteReader(record)
      try log.finish(from: &reader, in: &bytes)
      try reader.finish()
      return (log.rows(in: bytes), log.chunks)
    }
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `whatever happens to a log, its records give it back`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var life = Life()
    var now: Int64 = 1_000_000
    for step in 0..<1500 {
      now += .random(in: 0...20, using: &random)
      let late: Int64 =
        Int.random(in: 0..<40, using: &random) == 0 ? .random(in: 0...3000, using: &random) : 0
      let rare = seed % 3 == 0 && Int.random(in: 0..<50, using: &random) == 0
      life.report(at: now - late, columns: rare ? [0] : [1, 2])
      switch Int.random(in: 0..<200, using: &random) {
      case 0: life.log.removeAll(in: &life.bytes)
      case 1..<10: life.log.removeRows(before: now - 4000, in: &life.bytes)
      case 10..<16: _ = life.log.trim(to: 300, in: &life.bytes)
      default: break
      }
      guard Int.random(in: 0..<30, using: &random) == 0 else { continue }
      life.save()
      let (rows, chunks) = try life.restored()
      #expect(rows == life.log.rows(in: life.bytes), "seed \(seed), step \(step)")
      #expect(chunks == life.log.chunks, "seed \(seed), step \(step)")
    }
  }

  @Test func `each report is written in one chunk, once, and forgotten with it`() throws {
    var life = Life()
    for second in 0..<6400 as Range<Int64> {
      life.report(at: second * 1000)
      life.log.removeRows(before: (second - 500) * 1000, in: &life.bytes)
      if second % 10 == 9 { life.save() }
    }
    #expect(life.written == 6400 / Limits.reportsPerChunk)
    #expect(life.chunks.count == 8)
    #expect(life.record.count < 20 * Limits.reportsPerChunk)
  }

  @Test func `a log of which only the first rows change keeps its other chunks`() throws {
    var life = Life()
    life.report(at: 1, columns: [0])
    for second in 2..<(1 + 6 * Int64(Limits.reportsPerChunk)) {
      life.report(at: second, columns: [1])
    }
    life.save()
    #expect(life.written == 6)
    // The rare value stays where the frequent ones behind it go.
    #expect(life.log.trim(to: 5 * Limits.reportsPerChunk, in: &life.bytes).count == 63)
    life.save()
    #expect(life.written == 7)
    #expect(try life.restored().rows == life.log.rows(in: life.bytes))
  }

  @Test func `a late report changes its chunk and those behind it`() throws {
    var life = Life()
    for second in 0..<6 * Int64(Limits.reportsPerChunk) { life.report(at: second * 1000) }
    life.save()
    life.report(at: Int64(Limits.reportsPerChunk) * 4000 + 1)
    life.save()
    #expect(life.written == 6 + 2)
    #expect(try life.restored().rows == life.log.rows(in: life.bytes))
  }

  @Test func `records that do not fit together are refused`() throws {
    var life = Life()
    for second in 0..<200 as Range<Int64> { life.report(at: second) }
    life.save()
    func finish(_ change: (inout [Int64: [UInt8]]) -> Void) throws {
      var chunks = life.chunks
      change(&chunks)
      _ = try life.restored(life.record, chunks)
    }
    try finish { _ in }
    #expect(throws: StoreError.self) { try finish { $0[3] = $0[2] } }
    #expect(throws: StoreError.self) { try finish { $0[1] = nil } }
    #expect(throws: StoreError.self) { try finish { ($0[0], $0[1]) = ($0[1], $0[0]) } }
    #expect(throws: StoreError.self) { try finish { $0[2] = [0] } }
    // An end, a count and no tail that contradict each other.
    for (end, count) in [(0, .max), (0, 1), (-1, 0), (.max, 64)] as [(Int64, UInt32)] {
      var record = ByteWriter()
      record.write(end)
      record.write(count)
      record.write(count: 0)
      #expect(throws: StoreError.self) { try life.restored(record.bytes, [:]) }
    }
    #expect(throws: StoreError.self) {
      try life.restored(life.record, [Int64.max / 2: life.chunks[0] ?? []])
    }
  }
}
