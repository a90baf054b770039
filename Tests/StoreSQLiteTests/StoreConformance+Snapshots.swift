import Detect
import Testing

/// Snapshots in parts, and what they leave to do.
extension StoreConformance {
  /// A store with a snapshot at 1, and the journal behind it.
  private func withSnapshot(
    _ backend: Backend, _ body: @escaping (any Store, [SnapshotRecord]) throws -> Void
  ) async throws {
    let records = (1...9).map { SnapshotRecord(key: [$0], value: [$0, 1]) }
    try await backend.withStore { store throws in
      try store.commit([[1], [2], [3], [4]])
      try store.writeAndCompact(
        SnapshotPart(position: 1, records: records, metricValues: [oldChunk]))
      try body(store, records)
    }
  }

  private var oldChunk: MetricValueChunk { chunk("pump", 2, position: 1, 100, 200) }
  private func newChunk(_ position: Int64, _ time: Int64) -> MetricValueChunk {
    chunk("pump", 2, position: position, time, time)
  }

  /// The parts of a snapshot at a position: it changes a record, removes one and adds one.
  private func parts(at position: Int64) -> [SnapshotPart] {
    [
      SnapshotPart(
        position: position, records: [SnapshotRecord(key: [3], value: [3, 2])],
        metricValues: [newChunk(position, 300)], isLast: false),
      SnapshotPart(
        position: position,
        records: [
          SnapshotRecord(key: [20], value: [20]), SnapshotRecord(key: [2], value: nil),
          SnapshotRecord(key: [77], value: nil),
        ], metricValues: [newChunk(position, 400), newChunk(position, 500)], isLast: false),
      SnapshotPart(position: position),
    ]
  }

  private func changed(_ records: [SnapshotRecord]) -> [SnapshotRecord] {
    var records = records.filter { $0.key != [2] }
    records[1].value = [3, 2]
    return records + [SnapshotRecord(key: [20], value: [20])]
  }

  @Test(arguments: Backend.allCases)
  func `a snapshot counts with its last part, and compaction changes nothing that is read`(
    _ backend: Backend
  ) async throws {
    try await withSnapshot(backend) { store, records in
      for part in parts(at: 3) {
        #expect(try store.snapshot() == SnapshotPart(position: 1, records: records))
        #expect(try store.journal(after: 1).map(\.position) == [2, 3, 4])
        #expect(try values(store, "pump", 2, 0, 1_000, upTo: 1) == [oldChunk])
        try store.writeSnapshot(part)
      }
      var steps = 0
      repeat {
        #expect(try store.snapshot() == SnapshotPart(position: 3, records: changed(records)))
        #expect(try store.journal(after: 3).map(\.position) == [4])
        #expect(performing: { try store.journal(after: 2) }, throws: isCorrupt)
        #expect(try values(store, "pump", 2, 0, 1_000, upTo: 3).count == 4)
        steps += 1
      } while try store.compact(limit: 1)
      // At least one for each group that the snapshot includes.
      #expect(steps > 2)
      try store.commit([[5]], after: 4)
      try store.writeAndCompact(SnapshotPart(position: 5))
      #expect(try store.snapshot() == SnapshotPart(position: 5, records: changed(records)))
    }
  }

  @Test(arguments: Backend.allCases)
  func `a snapshot that is given up leaves nothing, and the next one may have its position`(
    _ backend: Backend
  ) async throws {
    try await withSnapshot(backend) { store, records in
      for part in parts(at: 3).dropLast() { try store.writeSnapshot(part) }
      while try store.compact(limit: 1) {
        #expect(try store.snapshot() == SnapshotPart(position: 1, records: records))
        #expect(try store.journal(after: 1).map(\.position) == [2, 3, 4])
      }
      #expect(try values(store, "pump", 2, 0, 1_000, upTo: .max) == [oldChunk])
      for part in parts(at: 3) { try store.writeSnapshot(part) }
      #expect(try store.snapshot() == SnapshotPart(position: 3, records: changed(records)))
    }
  }

  @Test(arguments: Backend.allCases)
  func `a part that does not belong where it comes is refused whole`(
    _ backend: Backend
  ) async throws {
    try await withSnapshot(backend) { store, records in
      let parts = parts(at: 3)
      try store.writeSnapshot(parts[0])
      let twice = SnapshotPart(
        position: 3,
        records: [SnapshotRecord(key: [30], value: [1]), SnapshotRecord(key: [3], value: [9])])
      for wrong in [twice, SnapshotPart(position: 2), SnapshotPart(position: 4)] {
        #expect(performing: { try store.writeSnapshot(wrong) }, throws: isCorrupt)
        #expect(try store.snapshot() == SnapshotPart(position: 1, records: records))
      }
      for part in parts.dropFirst() { try store.writeSnapshot(part) }
      #expect(try store.snapshot() == SnapshotPart(position: 3, records: changed(records)))
      #expect(
        performing: { try store.writeSnapshot(SnapshotPart(position: 4)) }, throws: isCorrupt)
      while try store.compact(limit: 100) {}
      try store.writeSnapshot(SnapshotPart(position: 4))
      #expect(try store.snapshot() == SnapshotPart(position: 4, records: changed(records)))
    }
  }
}
