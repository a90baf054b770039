package import Detect

extension SQLiteStore {
  package func violationEvents(
    _ query: ViolationEventQuery
  ) throws(StoreError) -> [ViolationEvent] {
    let (sql, bindings) = query.statement
    return try read { connection throws(StoreError) in
      let events = try connection.violationEvents(sql, bindings)
      // The rows were found by what stands beside the events; it has no checksum of its own.
      guard events.allSatisfy(query.matches) else {
        throw .corrupt("the history of violation events contradicts its index")
      }
      return events
    }
  }

  package func violationEvents(
    afterSequence sequence: Int64, limit: Int
  ) throws(StoreError) -> [ViolationEvent] {
    try read { connection throws(StoreError) in
      try connection.violationEvents(
        """
        SELECT sequence, payload, checksum FROM violation_event
        WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
        """, [.integer(sequence), .integer(Int64(limit))])
    }
  }

  package func oldestSequence() throws(StoreError) -> Int64? {
    try read { connection throws(StoreError) in
      try connection.integer("SELECT sequence FROM violation_event ORDER BY sequence LIMIT 1")
    }
  }
}

extension ViolationEventQuery {
  /// The text that reads what the query asks for, by the narrowest index, and its bindings.
  var statement: (sql: String, bindings: [Binding]) {
    // Events below the end, and below the last one read where the query continues.
    let end = EventPosition(time: end, sequence: .min)
    let upper = after.map { min($0, end) } ?? end
    var index = "violation_event_by_time"
    var conditions = "time >= ?1 AND (time, sequence) < (?2, ?3)"
    var bindings = [
      Binding.integer(start), .integer(upper.time), .integer(upper.sequence),
      .integer(Int64(limit)),
    ]
    func require(_ column: String, _ value: Binding) {
      bindings.append(value)
      conditions += " AND \(column) = ?\(bindings.count)"
    }
    if let securityProfileName {
      index = "violation_event_by_profile"
      require("profile", .text(securityProfileName))
    }
    if let thing {
      index = "violation_event_by_thing"
      require("thing", .text(thing.text))
    }
    if let criteriaType { require("criteria_type", .integer(Int64(criteriaType.rawValue))) }
    if let suppressed { require("suppressed", .integer(suppressed ? 1 : 0)) }
    let sql = """
      SELECT sequence, payload, checksum FROM violation_event INDEXED BY \(index)
      WHERE \(conditions) ORDER BY time DESC, sequence DESC LIMIT ?4
      """
    return (sql, bindings)
  }
}

extension Connection {
  func insert(_ event: ViolationEvent) throws(StoreError) {
    let payload = event.encoded()
    try execute(
      """
      INSERT INTO violation_event
        (sequence, time, thing, profile, criteria_type, suppressed, payload, checksum)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """,
      .integer(event.sequence), .integer(event.time), .text(event.thing.text),
      .text(event.securityProfileName), .integer(Int64(event.criteriaType.rawValue)),
      .integer(event.suppressesAlerts ? 1 : 0), .blob(payload),
      .integer(eventChecksum(event.sequence, payload)))
  }

  fileprivate func violationEvents(
    _ sql: String, _ bindings: [Binding]
  ) throws(StoreError) -> [ViolationEvent] {
    var events: [ViolationEvent] = []
    try query(sql, bindings) { row throws(StoreError) in
      let (sequence, payload) = (row.integer(0), row.blob(1))
      guard row.integer(2) == eventChecksum(sequence, payload) else {
        throw .corrupt("violation event \(sequence) is damaged")
      }
      events.append(try ViolationEvent(decoding: payload))
    }
    return events
  }
}

private func eventChecksum(_ sequence: Int64, _ payload: [UInt8]) -> Int64 {
  Int64(bitPattern: Checksum.of(payload, seed: UInt64(bitPattern: sequence)))
}
