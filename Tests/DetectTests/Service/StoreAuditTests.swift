import Testing

@testable import Detect

/// What an audit finds, in stores that were made wrong on purpose.
@Suite struct StoreAuditTests {
  /// The store after a random life with a snapshot in its middle; each input is a group.
  private func lived(
    seed: UInt64, _ spoil: (inout JournalGroup) -> Void = { _ in }
  ) throws -> MemoryStore {
    let store = MemoryStore()
    var engine = Engine()
    var inputs = RandomInputs(seed: seed)
    for position in 1...400 as ClosedRange<Int64> {
      let input = position == 1 ? inputs.first : inputs.next(after: engine)
      var writer = ByteWriter()
      input.encode(to: &writer)
      let outcome = engine.apply(input)
      var group = JournalGroup(
        position: position, inputs: writer.bytes, events: outcome.events,
        verifications: outcome.verifications, explanations: outcome.explanations,
        alerts: outcome.alerts)
      if position > 100 { spoil(&group) }
      try store.commit(group)
      if 60...100 ~= position, !engine.hasWork {
        try store.writeSnapshot(engine.takeSnapshot(at: position))
        while try store.compact(limit: 50) {}
      }
    }
    return store
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `a store that was written by an engine is sound, also after removals`(
    seed: UInt64
  ) throws {
    let store = try lived(seed: seed)
    let audit = try StoreAudit(of: store)
    #expect(audit.faults == [])
    #expect(audit.snapshotPosition > 60 && audit.snapshotPosition + Int64(audit.groups) == 400)
    #expect(audit.events == audit.lastSequence)
    let times = try store.violationEvents(afterSequence: 0, limit: .max).map(\.time).sorted()
    let middle = times.isEmpty ? 0 : times[times.count / 2]
    while try store.removeExpired(eventsBefore: middle, valuesBefore: 0, limit: 3) {}
    let later = try StoreAudit(of: store)
    #expect(later.faults == [])
    #expect(later.lastSequence == audit.lastSequence)
    #expect(times.count < 2 || later.events < audit.events)
  }

  /// Spoils the first group that is meant, and returns what the audit says of it.
  private func faults(
    where isMeant: (JournalGroup) -> Bool = { !$0.events.isEmpty },
    spoil: (inout JournalGroup) -> Void
  ) throws -> [String] {
    var isSpoiled = false
    let store = try lived(seed: 3) { group in
      guard !isSpoiled, isMeant(group) else { return }
      isSpoiled = true
      spoil(&group)
    }
    try #require(isSpoiled)
    return try StoreAudit(of: store).faults
  }

  @Test func `an event that was never written is missed`() throws {
    let faults = try faults { $0.events.removeLast() }
    #expect(faults.count == 1)
    #expect(faults.first?.contains("0 were removed, but there have been") == true)
  }

  @Test func `an event that says something else is found`() throws {
    let faults = try faults { $0.events[0].securityProfileName += "x" }
    #expect(faults.count == 1)
    #expect(faults.first?.contains("is not what was decided") == true)
  }

  @Test func `what was said of a violation must stand with its events`() throws {
    let store = try lived(seed: 3) { $0.verifications = [] }
    let faults = try StoreAudit(of: store).faults
    #expect(faults.contains { $0.hasSuffix("is not what was decided") })
  }

  @Test func `an explanation that is another one is found`() throws {
    let faults = try faults {
      !$0.explanations.isEmpty
    } spoil: { group in
      group.explanations[0].datapoints = []
    }
    #expect(faults.count == 1)
    #expect(faults.first?.hasPrefix("the explanation of violation") == true)
  }

  @Test func `an event that nothing led to is found`() throws {
    let store = try lived(seed: 3)
    let last = try #require(try store.violationEvents(afterSequence: 0, limit: .max).last)
    var extra = last
    extra.sequence += 1
    try store.commit(JournalGroup(position: 401, inputs: [], events: [extra]))
    let faults = try StoreAudit(of: store).faults
    #expect(faults.contains { $0.hasPrefix("violation event \(extra.sequence) is stored, and") })
  }

  @Test func `a journal that cannot be read is corrupt`() throws {
    let store = try lived(seed: 3)
    try store.commit(JournalGroup(position: 401, inputs: [99], events: []))
    #expect(throws: StoreError.corrupt("journal input of unknown kind 99")) {
      try StoreAudit(of: store)
    }
  }

  @Test func `so many faults are named`() throws {
    let store = try lived(seed: 3) { group in
      for index in group.events.indices { group.events[index].securityProfileName += "x" }
    }
    #expect(try StoreAudit(of: store).faults.count == Limits.auditFaults)
  }
}
