import Detect

extension Engine {
  /// Takes a snapshot as the service does, part by part, and returns its records.
  @discardableResult
  mutating func takeSnapshot() -> [SnapshotRecord] {
    beginSnapshot(at: 0)
    var records: [SnapshotRecord] = []
    var isComplete = false
    while !isComplete {
      let part = nextSnapshotPart(items: Limits.snapshotItems, bytes: Limits.snapshotPartBytes)
      records += part.records
      isComplete = part.isLast
    }
    endSnapshot()
    return records
  }
}
