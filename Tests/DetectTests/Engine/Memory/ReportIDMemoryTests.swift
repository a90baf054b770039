import Testing

@testable import Detect

/// The packed memory of ids against a plain list of all there ever were.
@Suite struct ReportIDMemoryTests {
  /// How the ids of one thing follow one another.
  enum Habit: CaseIterable, Sendable {
    case counting, seconds, disorderly, arbitrary, extreme

    func next(_ last: UInt64, _ random: inout SeededGenerator) -> UInt64 {
      switch self {
      case .counting: last &+ 1
      case .seconds: last &+ .random(in: 59...61, using: &random)
      case .disorderly: last &+ .random(in: 0...6, using: &random) &- 2
      case .arbitrary: .random(in: 1...UInt64.max, using: &random)
      case .extreme: [1, 2, UInt64.max, UInt64.max - 1, 1 << 63].randomElement(using: &random) ?? 1
      }
    }
  }

  private static func verdict(on id: UInt64, _ seen: [UInt64]) -> ReportIDMemory.Verdict {
    if seen.suffix(Limits.rememberedReportIDs).contains(id) { return .duplicate }
    let forgotten = seen.dropLast(Limits.rememberedReportIDs).max() ?? 0
    return id <= forgotten ? .tooOld : .new
  }

  @Test(arguments: Habit.allCases, 1...8 as ClosedRange<UInt64>)
  func `it judges ids as a list of all of them does`(habit: Habit, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var memory = ReportIDMemory()
    let (before, behind): ([UInt8], [UInt8]) = ([2, 7], [3, 1, 4, 1, 5])
    let start = before.count
    var bytes = PackedBytes(before + behind)
    var seen: [UInt64] = []
    var last: UInt64 = 1_700_000_000
    for _ in 0..<400 {
      let old = seen.randomElement(using: &random) ?? 5
      for id in [old, old &+ 1, old &- 1, last] {
        let expected = Self.verdict(on: id, seen)
        #expect(memory.verdict(on: id, in: bytes, at: start) == expected, "seed \(seed)")
      }
      last = habit.next(last, &random)
      guard memory.verdict(on: last, in: bytes, at: start) == .new else { continue }
      memory.remember(last, in: &bytes, at: start)
      seen.append(last)
      #expect(bytes.bytes.prefix(start) == before[...])
      #expect(bytes.bytes.suffix(behind.count).elementsEqual(behind))
      #expect(bytes.count == start + Int(memory.byteCount) + behind.count)
    }
    if habit == .counting || habit == .seconds {
      #expect(Int(memory.byteCount) == Limits.rememberedReportIDs - 1)
    }

    var writer = ByteWriter()
    memory.encode(bytes, at: start, to: &writer)
    var reader = ByteReader(writer.bytes)
    var restored = PackedBytes(before)
    #expect(try ReportIDMemory(from: &reader, in: &restored) == memory)
    #expect(reader.isAtEnd && restored.bytes.elementsEqual(bytes.bytes.dropLast(behind.count)))
  }

  @Test func `a record of too many ids is refused`() throws {
    var writer = ByteWriter()
    writer.write(list: Array(repeating: UInt8(1), count: 100)) { $0.write($1) }
    var reader = ByteReader(writer.bytes)
    var bytes = PackedBytes()
    #expect(throws: StoreError.self) { try ReportIDMemory(from: &reader, in: &bytes) }
  }
}
