import Detect
import Testing

extension StoreConformance {
  @Test(arguments: Backend.allCases)
  func `every combination of conditions finds what a plain filter finds`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      let events = ViolationEvent.samples(600, seed: 1)
      try store.commit(events)
      for query in queries {
        let expected = events.filter { event in
          if event.time < query.start || event.time >= query.end { return false }
          if let thing = query.thing, Array(thing.text.utf8) != Array(event.thing.text.utf8) {
            return false
          }
          if let name = query.securityProfileName, name != event.securityProfileName {
            return false
          }
          if let type = query.criteriaType, type != event.criteriaType { return false }
          if let suppressed = query.suppressed {
            if suppressed != (event.behavior.suppressAlerts == true) { return false }
          }
          if let state = query.verificationState, state != event.verification.state {
            return false
          }
          guard let after = query.after else { return true }
          return event.time < after.time
            || event.time == after.time && event.sequence < after.sequence
        }
        .sorted { $0.time == $1.time ? $0.sequence > $1.sequence : $0.time > $1.time }
        .prefix(query.limit)
        #expect(try store.violationEvents(query) == Array(expected), "\(query)")
      }
    }
  }

  /// Three values of each condition, in every combination.
  private var queries: [ViolationEventQuery] {
    let spans: [(Int64, Int64)] = [(.min, .max), (2_000, 5_000), (3_000, 3_000), (5_000, 2_000)]
    let things = [nil, ThingName("pump"), ThingName("cafe\u{301}")]
    let criteria: [BehaviorCriteriaType?] = [nil, .statistical]
    let afters = [nil, EventPosition(time: 4_000, sequence: 300)]
    var queries: [ViolationEventQuery] = []
    for (start, end) in spans {
      for thing in things {
        for profile in [nil, "Pumps", "none"] {
          for type in criteria {
            for suppressed in [nil, true, false] {
              for after in afters {
                queries.append(
                  ViolationEventQuery(
                    start: start, end: end, thing: thing, securityProfileName: profile,
                    criteriaType: type, suppressed: suppressed,
                    verificationState: [nil, .unknown, .truePositive][queries.count % 3],
                    after: after, limit: queries.count.isMultiple(of: 2) ? 7 : 1_000))
              }
            }
          }
        }
      }
    }
    return queries
  }

  @Test(arguments: Backend.allCases)
  func `pages read every event once, also many of one time`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      let events = ViolationEvent.samples(500, seed: 2)
      try store.commit(events)
      for thing in [nil, ThingName("pump-1")] {
        var query = ViolationEventQuery(start: 0, end: 8_000, thing: thing, limit: 7)
        var read: [ViolationEvent] = []
        while true {
          let page = try store.violationEvents(query)
          read += page
          guard let last = page.last else { break }
          query.after = last.eventPosition
        }
        let expected = events.filter { thing == nil || $0.thing == thing }
        #expect(read.count == expected.count)
        #expect(Set(read) == Set(expected))
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func `an event comes back as it was committed`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      var event = ViolationEvent.sample(
        .max, thing: "\u{1F4A7} \"'%_\u{e000}", profile: "a:b-c_d", time: .max,
        criteriaType: .machineLearning, suppressAlerts: true,
        verification: Verification(.benignPositive, description: "\u{1F4A7}"))
      event.metricValue = nil
      event.type = .alarmInvalidated
      try store.commit(JournalGroup(position: 1, inputs: [], events: [event]))
      #expect(try store.violationEvents(afterSequence: .max - 1, limit: 1) == [event])
      #expect(
        try store.violationEvents(
          ViolationEventQuery(start: 0, end: .max, limit: 1)
        ).isEmpty)
    }
  }

  @Test(arguments: Backend.allCases)
  func `what is said of a violation shows in each of its events, and in no other`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      let (one, other) = (String(repeating: "1", count: 32), String(repeating: "2", count: 32))
      func event(_ sequence: Int64, _ id: String, _ said: Verification = .none) -> ViolationEvent {
        .sample(sequence, time: sequence, violationID: id, verification: said)
      }
      func put(_ id: String, _ said: Verification) -> ViolationVerification {
        ViolationVerification(violationID: id, said)
      }
      let (harmless, bad) = (
        Verification(.benignPositive, description: "a test"), Verification(.truePositive)
      )
      try store.commit(
        JournalGroup(position: 1, inputs: [1], events: [event(1, one), event(2, other)]))
      #expect(try store.hasEvents(ofViolation: one))
      #expect(try !store.hasEvents(ofViolation: String(repeating: "3", count: 32)))

      // The last word counts, for the events of the same group as well.
      try store.commit(
        JournalGroup(
          position: 2, inputs: [2], events: [event(3, one, bad)],
          verifications: [put(one, bad), put(one, harmless), put("none", bad)]))
      let expected = [event(1, one, harmless), event(2, other), event(3, one, harmless)]
      #expect(try store.allEvents() == expected)
      for state in VerificationState.allCases {
        let query = ViolationEventQuery(start: 0, end: 9, verificationState: state, limit: 9)
        #expect(
          try store.violationEvents(query)
            == expected.filter { $0.verification.state == state }.reversed())
      }

      try store.commit(
        JournalGroup(position: 3, inputs: [3], events: [], verifications: [put(one, .none)]))
      #expect(try store.allEvents() == [event(1, one), event(2, other), event(3, one)])

      _ = try store.removeExpired(eventsBefore: 3, valuesBefore: 0, limit: 9)
      #expect(try store.hasEvents(ofViolation: one))
      #expect(try !store.hasEvents(ofViolation: other))
    }
  }

  @Test(arguments: Backend.allCases)
  func `a group that is refused says nothing of any violation`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try store.commit(JournalGroup(position: 1, inputs: [1], events: [.sample(1)]))
      let said = ViolationVerification(
        violationID: ViolationEvent.sample(1).violationID, Verification(.truePositive))
      #expect(
        performing: {
          try store.commit(
            JournalGroup(position: 3, inputs: [1], events: [], verifications: [said]))
        }, throws: isCorrupt)
      #expect(try store.allEvents() == [.sample(1)])
    }
  }

  @Test(arguments: Backend.allCases)
  func `events after a sequence number come oldest first, whenever they were committed`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      // Numbers that a change has reserved may be written after later ones.
      for (index, sequences) in ([[1, 2], [6, 7], [3, 4], [5]] as [[Int64]]).enumerated() {
        try store.commit(
          JournalGroup(
            position: Int64(index) + 1, inputs: [1], events: sequences.map { .sample($0) }))
      }
      #expect(
        try store.violationEvents(afterSequence: 0, limit: 3).map(\.sequence) == [1, 2, 3])
      #expect(
        try store.violationEvents(afterSequence: 3, limit: 9).map(\.sequence) == [4, 5, 6, 7])
      #expect(try store.violationEvents(afterSequence: 7, limit: 9).isEmpty)
      #expect(try store.oldestSequence() == 1)
      while try store.removeExpired(eventsBefore: .max, valuesBefore: 0, limit: 2) {}
      #expect(try store.oldestSequence() == nil)
    }
  }

  @Test(arguments: Backend.allCases)
  func `the oldest sequence is that of the oldest event kept`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try store.commit((1...5).map { ViolationEvent.sample($0, time: 100 * $0) })
      #expect(try store.oldestSequence() == 1)
      _ = try store.removeExpired(eventsBefore: 300, valuesBefore: 0, limit: 10)
      #expect(try store.oldestSequence() == 3)
    }
  }

  @Test(arguments: Backend.allCases)
  func `what was removed is counted`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      #expect(try store.removedEventCount() == 0)
      try store.commit((1...5).map { ViolationEvent.sample($0, time: 100 * $0) })
      while try store.removeExpired(eventsBefore: 300, valuesBefore: 0, limit: 1) {}
      #expect(try store.removedEventCount() == 2)
      _ = try store.removeExpired(eventsBefore: .max, valuesBefore: 0, limit: 10)
      #expect(try store.removedEventCount() == 5)
    }
  }
}
