package import Detect

extension SQLiteStore {
  package func pendingAlertTargets(
    after target: String?, limit: Int
  ) throws(StoreError) -> [String] {
    try read { connection throws(StoreError) in
      var targets: [String] = []
      var last = target
      // One step of the index for each target, however many alerts it has.
      while targets.count < limit, let next = try connection.pendingTarget(after: last) {
        targets.append(next)
        last = next
      }
      return targets
    }
  }

  package func dueAlerts(
    of target: String, at now: Int64, limit: Int, bytes: Int
  ) throws(StoreError) -> DueAlerts {
    try read { connection throws(StoreError) in
      var page = DueAlerts(deliveries: [], isMore: false, nextDue: nil)
      var size = 0
      while true {
        let count = min(limit - page.deliveries.count, Limits.alertsPerStep)
        let last = page.deliveries.last?.alert.sequence ?? 0
        var found = 0
        try connection.visitDueAlerts(of: target, at: now, after: last, limit: count) {
          row throws(StoreError) in
          found += 1
          guard size < bytes else { return }
          page.deliveries.append(try connection.delivery(in: row))
          size += row.blob(1).count
        }
        page.isMore = page.deliveries.count == limit || size >= bytes
        if page.isMore { return page }
        guard found == count else { break }
      }
      page.nextDue = try connection.integer(
        """
        SELECT due FROM alert INDEXED BY alert_held
        WHERE state = 1 AND due > 0 AND target = ?1 AND due > ?2 ORDER BY due LIMIT 1
        """, .text(target), .integer(now))
      return page
    }
  }

  package func record(_ alerts: [Alert]) throws(StoreError) {
    try write { connection throws(StoreError) in
      for alert in alerts { try connection.update(alert) }
    }
  }

  package func alertDeliveries(_ query: AlertQuery) throws(StoreError) -> [AlertDelivery] {
    try read { connection throws(StoreError) in
      var deliveries: [AlertDelivery] = []
      let (sql, bindings) = query.statement
      try connection.query(sql, bindings) { row throws(StoreError) in
        deliveries.append(try connection.delivery(in: row))
      }
      return deliveries
    }
  }

  package func redriveAlerts(
    of target: String?, at now: Int64, limit: Int
  ) throws(StoreError) -> [String] {
    try write { connection throws(StoreError) in
      var dead: [Alert] = []
      let condition = target == nil ? "" : "AND target = ?2"
      try connection.query(
        """
        SELECT \(Statement.alertColumns) FROM alert a INDEXED BY alert_dead
        WHERE state = 3 \(condition) ORDER BY target, sequence LIMIT ?1
        """, [.integer(Int64(limit))] + (target.map { [.text($0)] } ?? [])
      ) { row throws(StoreError) in dead.append(try row.alert(at: 0)) }
      for alert in dead { try connection.update(alert.redriven(at: now)) }
      return dead.map(\.target)
    }
  }
}

extension AlertQuery {
  /// The text that reads what matches, by an index that holds what cannot be many, and its bindings.
  var statement: (sql: String, bindings: [Binding]) {
    var index = ""
    var conditions = "true"
    var bindings = [Binding.integer(Int64(limit))]
    switch state {
    case .pending:
      (index, conditions) = ("INDEXED BY alert_pending", "a.state = 1")
    case .dead:
      (index, conditions) = ("INDEXED BY alert_dead", "a.state = 3")
    case .delivered: conditions = "a.state = 2"
    case nil: break
    }
    if let target {
      bindings.append(.text(target))
      conditions += " AND a.target = ?\(bindings.count)"
    }
    if let before {
      bindings.append(.integer(before))
      conditions += " AND a.sequence < ?\(bindings.count)"
    }
    let sql = """
      SELECT \(Statement.deliveryColumns)
      FROM alert a \(index) JOIN violation_event e ON e.sequence = a.sequence
      WHERE \(conditions) ORDER BY a.sequence DESC LIMIT ?1
      """
    return (sql, bindings)
  }
}

extension Connection {
  func insert(_ alert: Alert) throws(StoreError) {
    try execute(
      """
      INSERT INTO alert
        (sequence, target, lane, since, state, attempts, due, last_attempt, failure, checksum)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """,
      .integer(alert.sequence), .text(alert.target), .integer(alert.lane), .integer(alert.since),
      .integer(Int64(alert.state.rawValue)), .integer(alert.attempts), .integer(alert.due),
      .integer(alert.lastAttempt ?? 0), .text(alert.failure ?? ""), .integer(checksum(alert)))
  }

  fileprivate func update(_ alert: Alert) throws(StoreError) {
    try execute(
      """
      UPDATE alert
      SET since = ?2, state = ?3, attempts = ?4, due = ?5, last_attempt = ?6, failure = ?7,
        checksum = ?8
      WHERE sequence = ?1
      """,
      .integer(alert.sequence), .integer(alert.since), .integer(Int64(alert.state.rawValue)),
      .integer(alert.attempts), .integer(alert.due), .integer(alert.lastAttempt ?? 0),
      .text(alert.failure ?? ""), .integer(checksum(alert)))
  }

  fileprivate func pendingTarget(after target: String?) throws(StoreError) -> String? {
    var found: String?
    let condition = target == nil ? "" : "AND target > ?1"
    try query(
      """
      SELECT target FROM alert INDEXED BY alert_pending
      WHERE state = 1 \(condition) ORDER BY target LIMIT 1
      """, target.map { [.text($0)] } ?? []
    ) { row throws(StoreError) in found = row.text(0) }
    return found
  }

  /// Only alerts that failed are held, so what may block a lane is in an index of its own, which is small.
  fileprivate func visitDueAlerts(
    of target: String, at now: Int64, after sequence: Int64, limit: Int,
    _ visit: (Statement) throws(StoreError) -> Void
  ) throws(StoreError) {
    try query(
      """
      SELECT \(Statement.deliveryColumns)
      FROM alert a INDEXED BY alert_pending JOIN violation_event e ON e.sequence = a.sequence
      WHERE a.state = 1 AND a.target = ?1 AND a.due <= ?2 AND a.sequence > ?3 AND NOT EXISTS (
        SELECT 1 FROM alert h INDEXED BY alert_held
        WHERE h.state = 1 AND h.due > 0 AND h.target = a.target AND h.lane = a.lane
          AND h.sequence < a.sequence AND h.due > ?2)
      ORDER BY a.sequence LIMIT ?4
      """, [.text(target), .integer(now), .integer(sequence), .integer(Int64(limit))], visit)
  }

  /// The event in the first columns of the current row, and the alert in those after it.
  fileprivate func delivery(in row: Statement) throws(StoreError) -> AlertDelivery {
    let event = try event(in: row)
    let alert = try row.alert(at: 4)
    guard alert.sequence == event.sequence else {
      throw .corrupt("alert \(alert.sequence) is damaged")
    }
    return AlertDelivery(alert: alert, event: event)
  }
}

extension Statement {
  fileprivate static let alertColumns = """
    a.sequence, a.target, a.lane, a.since, a.state, a.attempts, a.due, a.last_attempt, a.failure,
    a.checksum
    """
  fileprivate static let deliveryColumns =
    "e.sequence, e.payload, e.verification, e.checksum, " + alertColumns

  /// The alert in the columns of the current row, from the given one on.
  fileprivate func alert(at first: Int32) throws(StoreError) -> Alert {
    let (sequence, lastAttempt, failure) = (
      integer(first), integer(first + 7), text(first + 8)
    )
    guard let state = UInt8(exactly: integer(first + 4)).flatMap(AlertState.init) else {
      throw .corrupt("alert \(sequence) is damaged")
    }
    let alert = Alert(
      sequence: sequence, target: text(first + 1), lane: integer(first + 2),
      since: integer(first + 3), state: state, attempts: integer(first + 5),
      due: integer(first + 6), lastAttempt: lastAttempt == 0 ? nil : lastAttempt,
      failure: failure.isEmpty ? nil : failure)
    guard integer(first + 9) == checksum(alert) else {
      throw .corrupt("alert \(sequence) is damaged")
    }
    return alert
  }
}

/// The checksum of an alert: of all that its row says.
private func checksum(_ alert: Alert) -> Int64 {
  let numbers = Checksum.of(
    [
      alert.sequence, alert.lane, alert.since, Int64(alert.state.rawValue), alert.attempts,
      alert.due, alert.lastAttempt ?? 0,
    ], seed: 0)
  let target = Checksum.of(alert.target, seed: numbers)
  return Int64(bitPattern: Checksum.of(alert.failure ?? "", seed: target))
}
