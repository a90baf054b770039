package import Detect

extension SQLiteStore {
  package func explanation(
    ofViolation violationID: String
  ) throws(StoreError) -> ViolationExplanation? {
    try read { connection throws(StoreError) in
      var found: ViolationExplanation?
      try connection.visitExplanations("WHERE violation_id = ?1", [.text(violationID)]) {
        explanation throws(StoreError) in
        guard explanation.violationID == violationID else {
          throw .corrupt("the explanation of violation \(violationID) is damaged")
        }
        found = explanation
      }
      return found
    }
  }
}

extension Connection {
  /// Visits the explanations that meet a condition, or all.
  func visitExplanations(
    _ condition: String = "", _ bindings: [Binding] = [],
    _ visit: (ViolationExplanation) throws(StoreError) -> Void
  ) throws(StoreError) {
    try query(
      "SELECT violation_id, payload, checksum FROM violation_explanation \(condition)", bindings
    ) { row throws(StoreError) in
      let (violationID, payload) = (row.text(0), row.blob(1))
      guard row.integer(2) == explanationChecksum(violationID, payload) else {
        throw .corrupt("the explanation of violation \(violationID) is damaged")
      }
      try visit(try ViolationExplanation(decoding: payload))
    }
  }

  func insert(_ explanation: ViolationExplanation) throws(StoreError) {
    let payload = explanation.encoded()
    try execute(
      "INSERT INTO violation_explanation (violation_id, payload, checksum) VALUES (?1, ?2, ?3)",
      .text(explanation.violationID), .blob(payload),
      .integer(explanationChecksum(explanation.violationID, payload)))
  }

  /// Notes that a violation has ended: from then on its explanation grows old as its events do.
  func endExplanation(with event: ViolationEvent) throws(StoreError) {
    guard event.type != .inAlarm else { return }
    try execute(
      "UPDATE violation_explanation SET end_time = ?2 WHERE violation_id = ?1",
      .text(event.violationID), .integer(event.time))
  }

  /// Removes explanations of violations that ended before a time; returns how many.
  func removeExplanations(before time: Int64, limit: Int64) throws(StoreError) -> Int64 {
    try execute(
      """
      DELETE FROM violation_explanation WHERE violation_id IN (
        SELECT violation_id FROM violation_explanation
        WHERE end_time IS NOT NULL AND end_time < ?1 ORDER BY end_time LIMIT ?2)
      """, .integer(time), .integer(limit))
    return changes
  }
}

private func explanationChecksum(_ violationID: String, _ payload: [UInt8]) -> Int64 {
  Int64(bitPattern: Checksum.of(payload, seed: Checksum.of(violationID, seed: 0)))
}
