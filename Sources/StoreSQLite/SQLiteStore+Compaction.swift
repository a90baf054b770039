package import Detect

extension SQLiteStore {
  package func compact(limit: Int) throws(StoreError) -> Bool {
    try write { connection throws(StoreError) in
      let snapshot = try connection.total(of: .snapshot)
      let change = try connection.total(of: .change)
      if change.position > snapshot.position {
        return try connection.removeDraft(behind: snapshot, limit: limit)
      }
      if try connection.trimJournal(upTo: snapshot.position, limit: limit) { return true }
      return try connection.moveRecords(snapshot, change, limit: limit)
    }
  }
}

extension Connection {
  /// Removes what was written of a snapshot that was never completed.
  fileprivate func removeDraft(
    behind snapshot: SnapshotTotal, limit: Int
  ) throws(StoreError) -> Bool {
    try execute(
      """
      DELETE FROM snapshot_change WHERE key IN (
        SELECT key FROM snapshot_change ORDER BY key LIMIT ?1)
      """, .integer(Int64(limit)))
    let records = changes
    // The chunks of the draft are the newest ones.
    try execute(
      """
      DELETE FROM metric_values WHERE position > ?1 AND number IN (
        SELECT number FROM metric_values ORDER BY number DESC LIMIT ?2)
      """, .integer(snapshot.position), .integer(Int64(limit)))
    guard records < limit, changes < limit else { return true }
    try put(SnapshotTotal(position: 0, digest: 0), as: .change)
    return true
  }

  /// Removes the first groups that the snapshot includes. Returns whether there were any.
  fileprivate func trimJournal(upTo position: Int64, limit: Int) throws(StoreError) -> Bool {
    var bytes: Int64 = 0
    var last: Int64?
    try query(
      """
      SELECT position, length(inputs) FROM journal WHERE position <= ?1 ORDER BY position LIMIT ?2
      """, [.integer(position), .integer(Int64(limit))]
    ) { row in
      // At least one, and no more once they are many pages.
      if last == nil || bytes < Limits.compactedBytes { last = row.integer(0) }
      bytes += row.integer(1)
    }
    guard let last else { return false }
    try execute("DELETE FROM journal WHERE position <= ?1", .integer(last))
    return true
  }

  /// Moves the first of the changed records over to the others. Returns whether there may be more.
  fileprivate func moveRecords(
    _ snapshot: SnapshotTotal, _ change: SnapshotTotal, limit: Int
  ) throws(StoreError) -> Bool {
    var (snapshot, change) = (snapshot, change)
    var records: [SnapshotRecord] = []
    var bytes: Int64 = 0
    try query(
      "SELECT key, value, checksum FROM snapshot_change ORDER BY key LIMIT ?1",
      [.integer(Int64(limit))]
    ) { row throws(StoreError) in
      guard bytes < Limits.compactedBytes else { return }
      let record = SnapshotRecord(key: row.blob(0), value: row.optionalBlob(1))
      guard row.integer(2) == recordChecksum(record) else {
        throw .corrupt("a record of the snapshot is damaged")
      }
      bytes += Int64(record.key.count + (record.value?.count ?? 0))
      records.append(record)
    }
    guard let last = records.last else { return false }
    for record in records {
      change.digest &-= recordChecksum(record)
      try put(record, digest: &snapshot.digest)
    }
    try execute("DELETE FROM snapshot_change WHERE key <= ?1", .blob(last.key))
    try put(snapshot, as: .snapshot)
    try put(change, as: .change)
    return true
  }

  /// Writes or removes one record and keeps the digest of its table.
  private func put(_ record: SnapshotRecord, digest: inout Int64) throws(StoreError) {
    let key = Binding.blob(record.key)
    digest &-= try integer("SELECT checksum FROM snapshot_record WHERE key = ?1", key) ?? 0
    guard let value = record.value else {
      return try execute("DELETE FROM snapshot_record WHERE key = ?1", key)
    }
    let checksum = recordChecksum(record)
    digest &+= checksum
    try execute(
      "INSERT OR REPLACE INTO snapshot_record (key, value, checksum) VALUES (?1, ?2, ?3)",
      key, .blob(value), .integer(checksum))
  }
}
