package import Detect

extension SQLiteStore {
  package func loadSnapshot(
    _ visit: (SnapshotRecord) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    try read { connection throws(StoreError) in
      let snapshot = try connection.currentSnapshot()
      var digest: Int64 = 0
      try connection.query("SELECT key, value, checksum FROM snapshot_record ORDER BY key") {
        row throws(StoreError) in
        let (key, value, checksum) = (row.blob(0), row.blob(1), row.integer(2))
        guard checksum == recordChecksum(key, value) else {
          throw .corrupt("a record of the snapshot is damaged")
        }
        digest &+= checksum
        try visit(SnapshotRecord(key: key, value: value))
      }
      guard digest == snapshot.digest else {
        throw .corrupt("the snapshot's records are not those that were written")
      }
      return snapshot.position
    }
  }

  package func writeSnapshot(_ snapshot: Snapshot) throws(StoreError) {
    try write { connection throws(StoreError) in
      let current = try connection.currentSnapshot()
      let last = try connection.lastPosition()
      guard current.position <= snapshot.position, snapshot.position <= last else {
        throw .corrupt(
          "snapshot at \(snapshot.position), outside of \(current.position)...\(last)")
      }
      var digest = current.digest
      for record in snapshot.records { try connection.put(record, digest: &digest) }
      for chunk in snapshot.metricValues { try connection.insert(chunk) }
      try connection.execute(
        "UPDATE snapshot SET position = ?1, digest = ?2, checksum = ?3",
        .integer(snapshot.position), .integer(digest),
        .integer(snapshotChecksum(snapshot.position, digest)))
      try connection.execute(
        "DELETE FROM journal WHERE position <= ?1", .integer(snapshot.position))
    }
  }
}

extension Connection {
  /// The snapshot's position, and the digest of its records.
  func currentSnapshot() throws(StoreError) -> (position: Int64, digest: Int64) {
    var current: (position: Int64, digest: Int64)?
    try query("SELECT position, digest, checksum FROM snapshot") { row throws(StoreError) in
      let (position, digest) = (row.integer(0), row.integer(1))
      guard row.integer(2) == snapshotChecksum(position, digest) else {
        throw .corrupt("the snapshot's position is damaged")
      }
      current = (position, digest)
    }
    guard let current else { throw .corrupt("the snapshot's position is missing") }
    return current
  }

  /// Writes or removes one record and keeps the digest, the wrapping sum of all records' checksums:
  /// a record that is lost or comes twice changes it.
  fileprivate func put(
    _ record: SnapshotRecord, digest: inout Int64
  ) throws(StoreError) {
    let key = Binding.blob(record.key)
    digest &-=
      try integer("SELECT checksum FROM snapshot_record WHERE key = ?1", key) ?? 0
    guard let value = record.value else {
      return try execute("DELETE FROM snapshot_record WHERE key = ?1", key)
    }
    let checksum = recordChecksum(record.key, value)
    digest &+= checksum
    try execute(
      "INSERT OR REPLACE INTO snapshot_record (key, value, checksum) VALUES (?1, ?2, ?3)",
      key, .blob(value), .integer(checksum))
  }
}

private func snapshotChecksum(_ position: Int64, _ digest: Int64) -> Int64 {
  Int64(bitPattern: Checksum.of([position, digest], seed: 0))
}

private func recordChecksum(_ key: [UInt8], _ value: [UInt8]) -> Int64 {
  Int64(bitPattern: Checksum.of(value, seed: Checksum.of(key, seed: 0)))
}
