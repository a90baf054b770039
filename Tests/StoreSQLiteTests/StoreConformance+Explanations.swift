import Detect
import Testing

extension StoreConformance {
  private func why(_ violationID: String) -> ViolationExplanation {
    let threshold = ExplainedDatapoint.Grounds.threshold(.count(5), value: .count(6))
    let rank = FleetRank(things: 10, rank: 9)
    let fault = ElementsAtFault(
      elements: .cidrs(["10.0.0.1"]), networks: ["10.0.0.0/8"], count: 1, listCount: 3)
    return ViolationExplanation(
      violationID: violationID, thing: ThingName("caf\u{e9}"), securityProfileName: "P",
      behavior: Behavior(name: "B"), targets: [.allThings, .thingGroup("G")],
      datapoints: [
        ExplainedDatapoint(time: 1, threshold),
        ExplainedDatapoint(time: 2, .percentile(.number(0.5), value: .number(-1), rank)),
        ExplainedDatapoint(time: .max, .elements(fault)),
      ])
  }

  private func event(
    _ sequence: Int64, _ violationID: String, _ type: ViolationEventType, time: Int64
  ) -> ViolationEvent {
    var event = ViolationEvent.sample(sequence, time: time, violationID: violationID)
    event.type = type
    return event
  }

  @Test(arguments: Backend.allCases)
  func `an explanation is kept until the event that ended its violation is too old`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit(
        JournalGroup(
          position: 1, inputs: [1],
          events: [
            event(1, "a", .inAlarm, time: 10), event(2, "b", .inAlarm, time: 10),
            event(3, "c", .inAlarm, time: 10), event(4, "c", .alarmCleared, time: 11),
          ], explanations: [why("a"), why("b"), why("c")]))
      for id in ["a", "b", "c"] { #expect(try store.explanation(ofViolation: id) == why(id)) }
      #expect(try store.explanation(ofViolation: "d") == nil)
      try store.commit(
        JournalGroup(
          position: 2, inputs: [2], events: [event(5, "b", .alarmInvalidated, time: 20)]))

      // The events of all are old; of c the end is, too.
      while try store.removeExpired(eventsBefore: 15, valuesBefore: 0, limit: 1) {}
      #expect(try store.explanation(ofViolation: "a") == why("a"))
      #expect(try store.explanation(ofViolation: "b") == why("b"))
      #expect(try store.explanation(ofViolation: "c") == nil)
      while try store.removeExpired(eventsBefore: 1000, valuesBefore: 0, limit: 1) {}
      #expect(try store.explanation(ofViolation: "a") == why("a"))
      #expect(try store.explanation(ofViolation: "b") == nil)
      #expect(try store.allEvents().isEmpty)
    }
  }

  @Test(arguments: Backend.allCases)
  func `explanations are removed in bounded steps`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      let ids = (1...5).map { "v\($0)" }
      try store.commit(
        JournalGroup(
          position: 1, inputs: [1],
          events: ids.enumerated().map { event(Int64($0) + 1, $1, .alarmCleared, time: 1) },
          explanations: ids.map { why($0) }))
      #expect(try store.removeExpired(eventsBefore: 5, valuesBefore: 0, limit: 3))
      #expect(try ids.filter { try store.explanation(ofViolation: $0) != nil }.count == 2)
      #expect(try !store.removeExpired(eventsBefore: 5, valuesBefore: 0, limit: 3))
      #expect(try ids.filter { try store.explanation(ofViolation: $0) != nil } == [])
    }
  }
}
