package import Detect

extension SQLiteStore {
  /// What is wrong with the file, in words: its pages and indexes, as SQLite checks them, and what stands
  /// beside events for queries to filter by. Reads all of it. What cannot be read at all, rows whose
  /// checksum is wrong included, is thrown as `corrupt`.
  package func integrityFaults() throws(StoreError) -> [String] {
    try read { connection throws(StoreError) in
      var faults: [String] = []
      try connection.query("PRAGMA integrity_check(\(Limits.integrityFaults))") { row in
        if row.text(0) != "ok" { faults.append(row.text(0)) }
      }
      faults += try connection.misplacedEvents(limit: Limits.integrityFaults)
      try connection.visitExplanations { _ in }
      try connection.visitMetricValues { chunk throws(StoreError) in _ = try chunk.decoded() }
      return faults
    }
  }
}

extension Connection {
  /// The events whose columns say something else than the event itself.
  fileprivate func misplacedEvents(limit: Int) throws(StoreError) -> [String] {
    var faults: [String] = []
    try query(
      """
      SELECT \(Connection.eventColumns), time, thing, profile, criteria_type, suppressed,
        violation_id, verification_state
      FROM violation_event
      """
    ) { row throws(StoreError) in
      let event = try event(in: row)
      let isInPlace =
        row.integer(4) == event.time && row.text(5).utf8.elementsEqual(event.thing.text.utf8)
        && row.text(6).utf8.elementsEqual(event.securityProfileName.utf8)
        && row.integer(7) == Int64(event.criteriaType.rawValue)
        && row.integer(8) == (event.suppressesAlerts ? 1 : 0)
        && row.text(9).utf8.elementsEqual(event.violationID.utf8)
        && row.integer(10) == Int64(event.verification.state.rawValue)
      if !isInPlace, faults.count < limit {
        faults.append("violation event \(event.sequence) is not where queries look for it")
      }
    }
    return faults
  }
}
