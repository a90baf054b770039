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
    if let suppressed { require("suppressed", .integer(suppressed ? 1 : 0)) }
    let sql = """
      SELECT sequence, payload, checksum FROM violation_event INDEXED BY \(index)
      WHERE \(conditions) ORDER BY time DESC, sequence DESC LIMIT ?3
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
