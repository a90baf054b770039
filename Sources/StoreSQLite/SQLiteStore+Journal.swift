package import Detect

extension SQLiteStore {
  package func commit(_ group: JournalGroup) throws(StoreError) {
    try write { connection throws(StoreError) in
      let last = try connection.lastPosition()
      guard group.position == last + 1 else {
        throw .corrupt("group \(group.position) does not follow group \(last)")
      }
      try connection.execute(
        "INSERT INTO journal (position, inputs, checksum) VALUES (?1, ?2, ?3)",
        .integer(group.position), .blob(group.inputs),
        .integer(journalChecksum(group.position, group.inputs)))
      for explanation in group.explanations { try connection.insert(explanation) }
      for event in group.events {
        try connection.insert(event)
        try connection.endExplanation(with: event)
      }
      for said in group.verifications { try connection.put(said) }
      let sequences = Set(group.events.lazy.map(\.sequence))
      for alert in group.alerts {
        guard sequences.contains(alert.sequence) else {
          throw .corrupt("an alert tells of no event of its group")
        }
        try connection.insert(alert)
      }
    }
    mark.set(group.position)
  }

  package func loadJournal(
    after position: Int64,
    _ visit: (_ position: Int64, _ inputs: [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) {
    try read { connection throws(StoreError) in
      guard try position >= connection.total(of: .snapshot).position else {
        throw .corrupt("group \(position + 1) is missing from the journal")
      }
      var expected = position + 1
      try connection.query(
        "SELECT position, inputs, checksum FROM journal WHERE position > ?1 ORDER BY position",
        [.integer(position)]
      ) { row throws(StoreError) in
        let (found, inputs) = (row.integer(0), row.blob(1))
        guard found == expected else {
          throw .corrupt("group \(expected) is missing from the journal")
        }
        guard row.integer(2) == journalChecksum(found, inputs) else {
          throw .corrupt("group \(found) of the journal is damaged")
        }
        try visit(found, inputs)
        expected += 1
      }
      guard try expected > connection.lastPosition() else {
        throw .corrupt("group \(expected) is missing from the journal")
      }
    }
  }
}

extension Connection {
  /// The position of the last group: the journal's, or the snapshot's where the journal is empty.
  func lastPosition() throws(StoreError) -> Int64 {
    if let last = try integer("SELECT position FROM journal ORDER BY position DESC LIMIT 1") {
      return last
    }
    return try total(of: .snapshot).position
  }
}

private func journalChecksum(_ position: Int64, _ inputs: [UInt8]) -> Int64 {
  Int64(bitPattern: Checksum.of(inputs, seed: UInt64(bitPattern: position)))
}
