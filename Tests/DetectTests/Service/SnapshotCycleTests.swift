import Testing

@testable import Detect

@Suite struct SnapshotCycleTests {
  @Test func `the work of a compaction is the records it moves and the journal it removes`() throws
  {
    let items = 1000
    let recovery = try Recovery(from: MemoryStore())
    var cycle = SnapshotCycle(
      recovery, journalLimit: 64 << 20, unsavedLimit: 64 << 20, items: items)
    // What is encoded of an engine does not matter here.
    var engine: Engine?
    cycle.done(.compaction(limit: items / 2), isMore: false, in: &engine)
    #expect(cycle.phase == .resting)
    // As much of the journal as ten steps remove, and as many records as five move.
    cycle.add(10 * items / 2 * Limits.journalBytesPerRow)
    cycle.begin(of: &engine, at: recovery.position)
    let record = SnapshotRecord(key: [1], value: [1])
    cycle.done(
      .part(
        SnapshotPart(
          position: recovery.position, records: Array(repeating: record, count: 5 * items / 2),
          isLast: true)), isMore: false, in: &engine)
    #expect(cycle.phase == .compacting)
    var progress: [Double] = []
    for _ in 1...15 {
      cycle.done(.compaction(limit: items / 2), isMore: true, in: &engine)
      progress.append(cycle.compactionProgress)
    }
    #expect(zip(progress, 1...15).allSatisfy { abs($0 - Double($1) / 15) < 0.001 })
  }
}
