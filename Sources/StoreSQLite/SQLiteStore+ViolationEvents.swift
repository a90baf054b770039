package import Detect

extension SQLiteStore {
  package func violationEvents(
    _ query: ViolationEventQuery
  ) throws(StoreError) -> [ViolationEvent] {
    try read { connection throws(StoreError) in
      var events: [ViolationEvent] = []
      for span in query.spans where events.count < query.limit {
        let (sql, bindings) = query.statement(span, limit: query.limit - events.count)
        events += try connection.violationEvents(sql, bindings)
      }
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
        SELECT \(Connection.eventColumns) FROM violation_event
        WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
        """, [.integer(sequence), .integer(Int64(limit))])
    }
  }

  package func hasEvents(ofViolation violationID: String) throws(StoreError) -> Bool {
    try read { connection throws(StoreError) in
      try connection.integer(
        "SELECT 1 FROM violation_event WHERE violation_id = ?1 LIMIT 1", .text(violationID)) != nil
    }
  }

  package func oldestSequence() throws(StoreError) -> Int64? {
    try read { connection throws(StoreError) in
      try connection.integer("SELECT sequence FROM violation_event ORDER BY sequence LIMIT 1")
    }
  }

  package func removedEventCount() throws(StoreError) -> Int64? {
    try read { connection throws(StoreError) in
      try connection.integer(
        "SELECT removed FROM violation_event_removal WHERE removed IS NOT NULL")
    }
  }
}

extension ViolationEventQuery {
  /// A part of the order of events that is one range of an index.
  enum Span {
    case times(from: Int64, below: Int64)
    /// The rest of the events of one time.
    case sequences(at: Int64, below: Int64)
  }

  /// The parts to read, one after the other. Where the query continues inside the events of one
  /// time, those come first: a single condition on (time, sequence) would skip, for every page, all
  /// of that time which were read before.
  var spans: [Span] {
    guard let after, after.time < end else { return [.times(from: start, below: end)] }
    guard after.time >= start else { return [] }
    return [
      .sequences(at: after.time, below: after.sequence), .times(from: start, below: after.time),
    ]
  }

  /// The text that reads a part by the narrowest index, and its bindings.
  func statement(_ span: Span, limit: Int) -> (sql: String, bindings: [Binding]) {
    var index = "violation_event_by_time"
    var conditions: String
    var bindings: [Binding]
    switch span {
    case .times(let from, let below):
      conditions = "time >= ?1 AND time < ?2"
      bindings = [.integer(from), .integer(below), .integer(Int64(limit))]
    case .sequences(let time, let below):
      conditions = "time = ?1 AND sequence < ?2"
      bindings = [.integer(time), .integer(below), .integer(Int64(limit))]
    }
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
    if let lastSequence {
      bindings.append(.integer(lastSequence))
      conditions += " AND sequence <= ?\(bindings.count)"
    }
    if let suppressed { require("suppressed", .integer(suppressed ? 1 : 0)) }
    if let verificationState {
      require("verification_state", .integer(Int64(verificationState.rawValue)))
    }
    let sql = """
      SELECT \(Connection.eventColumns) FROM violation_event INDEXED BY \(index)
      WHERE \(conditions) ORDER BY time DESC, sequence DESC LIMIT ?3
      """
    return (sql, bindings)
  }
}

extension Connection {
  /// What an event is read from, in the order in which `event(in:)` takes it.
  static let eventColumns = "sequence, payload, verification, checksum"

  func insert(_ event: ViolationEvent) throws(StoreError) {
    let payload = event.encoded()
    let verification = event.verification.blob
    try execute(
      """
      INSERT INTO violation_event
        (sequence, time, thing, profile, criteria_type, suppressed, payload, checksum,
         violation_id, verification_state, verification)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      """,
      .integer(event.sequence), .integer(event.time), .text(event.thing.text),
      .text(event.securityProfileName), .integer(Int64(event.criteriaType.rawValue)),
      .integer(event.suppressesAlerts ? 1 : 0), .blob(payload),
      .integer(eventChecksum(event.sequence, payload, verification)), .text(event.violationID),
      .integer(Int64(event.verification.state.rawValue)), verification.map(Binding.blob) ?? .null)
  }

  /// Writes what was said of a violation beside each of its events.
  func put(_ said: ViolationVerification) throws(StoreError) {
    let verification = said.verification.blob
    var rows: [(sequence: Int64, payload: [UInt8])] = []
    try query(
      """
      SELECT \(Connection.eventColumns) FROM violation_event
      INDEXED BY violation_event_by_violation WHERE violation_id = ?1
      """, [.text(said.violationID)]
    ) { row throws(StoreError) in
      guard try event(in: row).violationID == said.violationID else {
        throw .corrupt("the history of violation events contradicts its index")
      }
      rows.append((row.integer(0), row.blob(1)))
    }
    for row in rows {
      try execute(
        """
        UPDATE violation_event SET verification_state = ?2, verification = ?3, checksum = ?4
        WHERE sequence = ?1
        """,
        .integer(row.sequence), .integer(Int64(said.verification.state.rawValue)),
        verification.map(Binding.blob) ?? .null,
        .integer(eventChecksum(row.sequence, row.payload, verification)))
    }
  }

  /// Writes the violation's identifier beside each event of a file that had none, some at a time.
  func fillViolationIDs() throws(StoreError) {
    var last: Int64 = .min
    while true {
      let events = try violationEvents(
        """
        SELECT \(Connection.eventColumns) FROM violation_event
        WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
        """, [.integer(last), .integer(Limits.migratedRows)])
      guard let end = events.last else { return }
      for event in events {
        try execute(
          "UPDATE violation_event SET violation_id = ?2 WHERE sequence = ?1",
          .integer(event.sequence), .text(event.violationID))
      }
      last = end.sequence
    }
  }

  fileprivate func violationEvents(
    _ sql: String, _ bindings: [Binding]
  ) throws(StoreError) -> [ViolationEvent] {
    var events: [ViolationEvent] = []
    try query(sql, bindings) { row throws(StoreError) in events.append(try event(in: row)) }
    return events
  }

  /// The event in the first columns of the current row.
  func event(in row: Statement) throws(StoreError) -> ViolationEvent {
    let (sequence, payload, verification) = (row.integer(0), row.blob(1), row.optionalBlob(2))
    guard row.integer(3) == eventChecksum(sequence, payload, verification) else {
      throw .corrupt("violation event \(sequence) is damaged")
    }
    return try ViolationEvent(
      decoding: payload,
      verification: try verification.map { blob throws(StoreError) in
        try Verification(decoding: blob)
      } ?? .none)
  }
}

extension Verification {
  /// What is kept of it: nothing of a violation that nobody has looked at.
  fileprivate var blob: [UInt8]? { self == .none ? nil : encoded() }
}

/// The checksum of an event, what was said of it included.
private func eventChecksum(
  _ sequence: Int64, _ payload: [UInt8], _ verification: [UInt8]?
) -> Int64 {
  var seed = UInt64(bitPattern: sequence)
  if let verification { seed = Checksum.of(verification, seed: seed) }
  return Int64(bitPattern: Checksum.of(payload, seed: seed))
}
