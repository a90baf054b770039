package import Detect

// A snapshot in parts:
//
//     snapshot_record     what the snapshots up to the last one came to
//     snapshot_change     what the newest one changes
//
// While it is being written, its position is above that of the snapshot, and nobody reads it. With the last
// part the position of the snapshot becomes its own: from then on a record in it stands for the one of the
// same key in snapshot_record. Compaction moves them over, and both ways of reading give the same.

extension SQLiteStore {
  package func loadSnapshot(
    _ visit: (SnapshotRecord) throws(StoreError) -> Void
  ) throws(StoreError) -> Int64 {
    try read { connection throws(StoreError) in
      let snapshot = try connection.total(of: .snapshot)
      let change = try connection.total(of: .change)
      var digest: Int64 = 0
      var changeDigest: Int64 = 0
      var last: SnapshotRecord?
      let isChanged = change.position == snapshot.position
      try connection.query(isChanged ? Self.bothTables : Self.oneTable) { row throws(StoreError) in
        let record = SnapshotRecord(key: row.blob(0), value: row.optionalBlob(1))
        let checksum = row.integer(2)
        guard checksum == recordChecksum(record) else {
          throw .corrupt("a record of the snapshot is damaged")
        }
        let isChange = row.integer(3) == 1
        if isChange { changeDigest &+= checksum } else { digest &+= checksum }
        if let before = last, before.key == record.key {
          if isChange { last = record }
          return
        }
        if let last, last.value != nil { try visit(last) }
        last = record
      }
      guard digest == snapshot.digest, !isChanged || changeDigest == change.digest else {
        throw .corrupt("the snapshot's records are not those that were written")
      }
      if let last, last.value != nil { try visit(last) }
      return snapshot.position
    }
  }

  private static let oneTable = "SELECT key, value, checksum, 0 FROM snapshot_record ORDER BY key"
  /// SQLite merges the tables, which are both in order.
  static let bothTables = """
    SELECT key, value, checksum, 0 FROM snapshot_record
    UNION ALL SELECT key, value, checksum, 1 FROM snapshot_change ORDER BY key
    """

  package func writeSnapshot(_ part: SnapshotPart) throws(StoreError) {
    try write { connection throws(StoreError) in
      let snapshot = try connection.total(of: .snapshot)
      var change = try connection.total(of: .change)
      let last = try connection.lastPosition()
      guard snapshot.position < part.position, part.position <= last else {
        throw .corrupt(
          "snapshot at \(part.position), outside of \(snapshot.position + 1)...\(last)")
      }
      if change.position != part.position {
        try connection.requireNothingLeft(of: change, snapshot)
        change = SnapshotTotal(position: part.position, digest: 0)
      }
      for record in part.records {
        let checksum = recordChecksum(record)
        change.digest &+= checksum
        try connection.execute(
          "INSERT INTO snapshot_change (key, value, checksum) VALUES (?1, ?2, ?3)",
          .blob(record.key), record.value.map { .blob($0) } ?? .null, .integer(checksum))
      }
      for chunk in part.metricValues { try connection.insert(chunk) }
      try connection.put(change, as: .change)
      if part.isLast {
        try connection.put(
          SnapshotTotal(position: part.position, digest: snapshot.digest), as: .snapshot)
      }
    }
  }
}

/// The position of a table of records and the wrapping sum of its records' checksums: one that is lost or comes
/// twice changes it.
struct SnapshotTotal {
  enum Table: String {
    case snapshot
    case change = "snapshot_change_total"
  }

  var position: Int64
  var digest: Int64

  fileprivate var checksum: Int64 { Int64(bitPattern: Checksum.of([position, digest], seed: 0)) }
}

extension Connection {
  func total(of table: SnapshotTotal.Table) throws(StoreError) -> SnapshotTotal {
    var found: SnapshotTotal?
    try query("SELECT position, digest, checksum FROM \(table.rawValue)") {
      row throws(StoreError) in
      let total = SnapshotTotal(position: row.integer(0), digest: row.integer(1))
      guard row.integer(2) == total.checksum else {
        throw .corrupt("the snapshot's position is damaged")
      }
      found = total
    }
    guard let found else { throw .corrupt("the snapshot's position is missing") }
    return found
  }

  func put(_ total: SnapshotTotal, as table: SnapshotTotal.Table) throws(StoreError) {
    try execute(
      "UPDATE \(table.rawValue) SET position = ?1, digest = ?2, checksum = ?3",
      .integer(total.position), .integer(total.digest), .integer(total.checksum))
  }

  /// Refuses a new snapshot while the one before has left something in its table.
  fileprivate func requireNothingLeft(
    of change: SnapshotTotal, _ snapshot: SnapshotTotal
  ) throws(StoreError) {
    guard change.position <= snapshot.position else {
      throw .corrupt("a snapshot that has begun is not complete")
    }
    let left = try integer("SELECT 1 FROM snapshot_change LIMIT 1")
    let journal = try integer(
      "SELECT 1 FROM journal WHERE position <= ?1 LIMIT 1", .integer(snapshot.position))
    guard left == nil, journal == nil else {
      throw .corrupt("the snapshot before has left work")
    }
  }
}

/// The checksum of a record, which is tied to its key; one that removes has another than an empty one.
func recordChecksum(_ record: SnapshotRecord) -> Int64 {
  let place = Checksum.of(record.key, seed: record.value == nil ? 1 : 0)
  return Int64(bitPattern: Checksum.of(record.value ?? [], seed: place))
}
