package import Detect

extension SQLiteStore {
  package func removeExpired(
    eventsBefore: Int64, valuesBefore: Int64, limit: Int
  ) throws(StoreError) -> Bool {
    try write { connection throws(StoreError) in
      let limit = Int64(limit)
      for table in ["alert", "violation_event"] {
        try connection.execute(
          """
          DELETE FROM \(table) WHERE sequence IN (
            SELECT sequence FROM violation_event WHERE time < ?1 ORDER BY time, sequence LIMIT ?2)
          """, .integer(eventsBefore), .integer(limit))
      }
      let events = connection.changes
      if events > 0 {
        try connection.execute(
          "UPDATE violation_event_removal SET removed = removed + ?1", .integer(events))
      }
      try connection.execute(
        """
        DELETE FROM metric_values WHERE number IN (
          SELECT number FROM metric_values WHERE last_time < ?1 ORDER BY last_time LIMIT ?2)
        """, .integer(valuesBefore), .integer(limit))
      let chunks = connection.changes
      let explanations = try connection.removeExplanations(before: eventsBefore, limit: limit)
      try connection.giveBackSpace()
      return [events, chunks, explanations].contains(limit)
    }
  }
}

extension Connection {
  /// Gives pages at the end of the file back to the file system, as far as more are free than the
  /// journal needs to fill again.
  fileprivate func giveBackSpace() throws(StoreError) {
    let pages = try integer("PRAGMA page_count") ?? 0
    let free = try integer("PRAGMA freelist_count") ?? 0
    let surplus = min(free - pages / Limits.keptFreePages, Limits.vacuumedPages)
    if surplus > 0 { try execute("PRAGMA incremental_vacuum(\(surplus))") }
  }
}
