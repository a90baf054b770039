import Testing

@testable import Detect

/// What a thing's packed windows say, against a plain list of everything that was measured.
@Suite struct WindowTests {
  private static let bucket: Int64 = 60_000
  private static let longest: Int64 = 12 * bucket
  private static let disorder: Int64 = 30_000
  private static let sent = Metric(number: 2)
  private static let size = Metric(number: 1)
  private static let gauge = Metric(number: 13)

  private struct Value {
    var metric: Metric
    var time: Int64
    var amount: Int64
  }

  /// A thing, and everything it measured in the order of receipt.
  private struct Life {
    var random: SeededGenerator
    let capacity: Int
    var state = ThingState(name: ThingName("cam"))
    var values: [Value] = []
    var now: Int64 = 1_700_000_000_123
    var scratch: [BucketLog.Cell] = []

    init(seed: UInt64) {
      random = SeededGenerator(seed: seed)
      capacity = seed % 3 == 0 ? 8 : 512
    }

    /// Buckets close a little late; closes go up to here.
    var closedThrough: Int64 { (now - 90_000) / WindowTests.bucket * WindowTests.bucket }

    var horizon: Horizon {
      Horizon(
        earliest: closedThrough + WindowTests.bucket - WindowTests.longest
          - WindowTests.disorder,
        closedThrough: closedThrough, bucket: WindowTests.bucket, capacity: capacity)
    }

    mutating func report() {
      switch Int.random(in: 0..<60, using: &random) {
      case 0: now += 3 * 365 * 86_400_000
      case 1..<5: now += WindowTests.longest
      case 5..<20: break
      case 20..<30: now = (now / WindowTests.bucket + 1) * WindowTests.bucket
      default: now += .random(in: 0...20_000, using: &random)
      }
      let isLate = Int.random(in: 0..<4, using: &random) == 0
      let time = isLate ? now - .random(in: 0...WindowTests.disorder, using: &random) : now
      var row = ReportLog.Row(time: time)
      var cells: [BucketLog.Cell] = []
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let edges: [Int64] = [0, 1, 127, 128, .max - 1, .max]
        let edge = edges.randomElement(using: &random) ?? 0
        let amount: Int64 =
          Int.random(in: 0..<8, using: &random) == 0 ? edge : .random(in: 0...5000, using: &random)
        let metrics = ReportLog.columns.map(ReportLog.metric)
        let metric =
          (metrics + [WindowTests.sent, WindowTests.size, WindowTests.gauge])
          .randomElement(using: &random) ?? metrics[0]
        if let column = ReportLog.column(of: metric) {
          // The log keeps a report's counters added up.
          if row.mask >> UInt8(column) & 1 == 1 { continue }
          row.add(amount, column: column)
        } else {
          cells.append(
            BucketLog.Cell(
              end: horizon.bucketEnd(of: time), metric: metric,
              value: BucketValue(amount, of: metric, at: time)))
        }
        values.append(Value(metric: metric, time: time, amount: amount))
      }
      if row.mask != 0 { state.hold(row, horizon) }
      state.add(cells, horizon, scratch: &scratch)
    }

    func expectedSum(_ metric: Metric, endingAt time: Int64, length: Int64) -> Int64 {
      // Latest first; of the same time, those received last.
      let latest = values.enumerated().filter { $0.element.metric == metric }
        .sorted { ($0.element.time, $0.offset) > ($1.element.time, $1.offset) }
        .prefix(capacity).map(\.element)
      return latest.filter { $0.time > time - length && $0.time <= time }
        .reduce(0) { saturatingSum($0, $1.amount) }
    }

    func expectedWindow(_ metric: Metric, endingAt end: Int64, length: Int64) -> BucketValue? {
      func within(_ length: Int64) -> [Value] {
        values.filter { $0.metric == metric && $0.time >= end - length && $0.time < end }
      }
      guard !within(WindowTests.bucket).isEmpty else { return nil }
      let amounts = within(length).map(\.amount)
      let sum = amounts.reduce(0, saturatingSum)
      switch metric {
      case WindowTests.size:
        return .sample(sum: sum, least: amounts.min() ?? 0, greatest: amounts.max() ?? 0)
      case WindowTests.gauge:
        let latest = within(WindowTests.bucket).map(\.time).max() ?? 0
        let value = within(WindowTests.bucket).last { $0.time == latest }?.amount
        return .last(value ?? 0, at: latest)
      default: return .sum(sum)
      }
    }
  }

  private func compare(_ life: Life, _ state: ThingState, _ comment: Comment) {
    let columns = ReportLog.columns.map(ReportLog.metric)
    for length in [1, Self.bucket, 3 * Self.bucket, Self.longest] as [Int64] {
      for metric in columns {
        for time in [life.now, life.now - Self.disorder / 2] {
          let sum = state.sum(of: metric, endingAt: time, length: length, capacity: life.capacity)
          #expect(sum == life.expectedSum(metric, endingAt: time, length: length), comment)
        }
      }
      guard length % Self.bucket == 0 else { continue }
      for metric in columns + [Self.sent, Self.size, Self.gauge] {
        for buckets in 1...2 as ClosedRange<Int64> {
          let end = life.closedThrough + buckets * Self.bucket
          let window = state.window(of: metric, endingAt: end, length: length, bucket: Self.bucket)
          #expect(
            window == life.expectedWindow(metric, endingAt: end, length: length), comment)
        }
      }
    }
  }

  /// A thing from its record and the chunks of its log.
  private func restored(
    _ name: ThingName, _ record: [UInt8], _ chunks: [Int64: [UInt8]]
  ) throws -> ThingState {
    var state = ThingState(name: name)
    var reader = ByteReader(record)
    for (number, rows) in chunks.sorted(by: { $0.key < $1.key }) {
      var reader = ByteReader(rows)
      try state.restoreChunk(number, from: &reader)
      try reader.finish()
    }
    try state.restoreMeasured(from: &reader, bucket: Self.bucket)
    try reader.finish()
    return state
  }

  @Test(arguments: 1...30 as ClosedRange<UInt64>)
  func `sums and buckets are those of everything that was measured`(seed: UInt64) throws {
    var life = Life(seed: seed)
    var stored: [Int64: [UInt8]] = [:]
    for step in 0..<300 {
      life.report()
      if step % 7 == 0 { compare(life, life.state, "seed \(seed), step \(step)") }
      guard step % 50 == 49 else { continue }
      // The same from its record, and the same record again.
      var writer = ByteWriter()
      for chunk in life.state.encodeMeasured(life.horizon, to: &writer) {
        stored[chunk.number] = chunk.rows
      }
      var restored = try restored(life.state.name, writer.bytes, stored)
      compare(life, restored, "restored, seed \(seed), step \(step)")
      var again = ByteWriter()
      #expect(restored.encodeMeasured(life.horizon, to: &again).isEmpty)
      #expect(again.bytes == writer.bytes, "seed \(seed), step \(step)")
      if seed % 2 == 0 { life.state = restored }
    }
  }

  @Test func `a thing that floods takes no more memory than its capacity`() {
    var state = ThingState(name: ThingName("cam"))
    for second in 0..<20_000 as Range<Int64> {
      let horizon = Horizon(
        earliest: .min, closedThrough: .min, bucket: Self.bucket, capacity: 100)
      // One counter floods, another one is rare: its value must not keep those of the first.
      var row = ReportLog.Row(time: second * 1000)
      row.add(1, column: second % 5000 == 0 ? 0 : 1)
      state.hold(row, horizon)
      // Some rows of five bytes at most, and two sums of five for each bucket.
      #expect(state.bytes.count < 120 * 5 + 2 * 5 * Int(second / 60 + 1))
    }
    let end = 20_000_000 / Self.bucket * Self.bucket
    let window = state.window(
      of: ReportLog.metric(ofColumn: 1), endingAt: end, length: 5 * Self.bucket,
      bucket: Self.bucket)
    #expect(window == .sum(300))
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `a damaged record is refused or read, and never trapped on`(seed: UInt64) {
    var life = Life(seed: seed)
    for _ in 0..<60 { life.report() }
    for id in 1...80 as ClosedRange<UInt64> { life.state.remember(id * 60) }
    var writer = ByteWriter()
    _ = life.state.encodeMeasured(life.horizon, to: &writer)
    var refused = 0
    for _ in 0..<200 {
      var damaged = writer.bytes
      for _ in 0..<Int.random(in: 1...4, using: &life.random) {
        let place = damaged.indices.randomElement(using: &life.random) ?? 0
        damaged[place] = .random(in: 0...255, using: &life.random)
      }
      if Bool.random(using: &life.random) {
        damaged.removeLast(.random(in: 0...damaged.count, using: &life.random))
      }
      var restored = ThingState(name: life.state.name)
      var reader = ByteReader(damaged)
      do {
        try restored.restoreMeasured(from: &reader, bucket: Self.bucket)
        // What was read can be lived with.
        life.state = restored
        _ = life.state.streaks
        var row = ReportLog.Row(time: life.now)
        row.add(7, column: 2)
        life.state.hold(row, life.horizon)
        var again = ByteWriter()
        _ = life.state.encodeMeasured(life.horizon, to: &again)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0)
  }
}
