import Detect
import Testing

extension StoreConformance {
  private func alert(
    _ sequence: Int64, _ target: String = "a", lane: Int64 = 1, state: AlertState = .pending,
    due: Int64 = 0
  ) -> Alert {
    Alert(
      sequence: sequence, target: target, lane: lane, since: 5, state: state, attempts: 2, due: due,
      lastAttempt: due == 0 ? nil : 7, failure: due == 0 ? nil : "no answer")
  }

  private func commit(_ alerts: [Alert], to store: any Store) throws {
    try store.commit(
      JournalGroup(
        position: 1, inputs: [1], events: alerts.map { .sample($0.sequence, time: $0.sequence) },
        alerts: alerts))
  }

  private func due(
    _ store: any Store, _ target: String = "a", at now: Int64 = 100, limit: Int = 100,
    bytes: Int = .max
  ) throws -> (sequences: [Int64], isMore: Bool, nextDue: Int64?) {
    let page = try store.dueAlerts(of: target, at: now, limit: limit, bytes: bytes)
    for delivery in page.deliveries {
      #expect(delivery.event == .sample(delivery.alert.sequence, time: delivery.alert.sequence))
    }
    return (page.deliveries.map(\.alert.sequence), page.isMore, page.nextDue)
  }

  @Test(arguments: Backend.allCases)
  func `alerts are kept with their events, whole`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      #expect(try store.pendingAlertTargets(after: nil, limit: 9) == [])
      #expect(try store.alertDeliveries(AlertQuery(limit: 9)) == [])
      #expect(
        performing: {
          try store.commit(
            JournalGroup(position: 1, inputs: [1], events: [.sample(1)], alerts: [alert(2)]))
        }, throws: isCorrupt)
      #expect(try store.allEvents().isEmpty)
      let alerts = [alert(1), alert(2, "caf\u{e9}", due: 4), alert(3, state: .dead, due: 6)]
      try commit(alerts, to: store)
      #expect(
        try store.alertDeliveries(AlertQuery(limit: 9))
          == alerts.reversed().map {
            AlertDelivery(alert: $0, event: .sample($0.sequence, time: $0.sequence))
          })
    }
  }

  @Test(arguments: Backend.allCases)
  func `targets with pending alerts come by rising bytes`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try commit(
        [
          alert(1, "b"), alert(2, "caf\u{e9}"), alert(3, "cafe\u{301}"), alert(4, "a"),
          alert(5, "b"), alert(6, "dead", state: .dead), alert(7, "done", state: .delivered),
        ], to: store)
      let all = ["a", "b", "cafe\u{301}", "caf\u{e9}"]
      for limit in 1...5 {
        var found: [String] = []
        while true {
          let page = try store.pendingAlertTargets(after: found.last, limit: limit)
          if page.isEmpty { break }
          #expect(page.count <= limit)
          found += page
        }
        #expect(found.map { Array($0.utf8) } == all.map { Array($0.utf8) })
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func `what is due comes in order, and what is held holds its lane`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try commit(
        [
          alert(1, lane: 1, due: 150), alert(2, lane: 1), alert(3, lane: 2, due: 100),
          alert(4, lane: 2), alert(5, lane: 3, state: .dead, due: 999), alert(6, lane: 3),
          alert(7, lane: 4), alert(8, lane: 4, due: 120), alert(9, lane: 4),
          // The lane of another target is another lane.
          alert(10, "b", lane: 2), alert(11, lane: 1),
        ], to: store)
      #expect(try due(store) == ([3, 4, 6, 7], false, 120))
      #expect(try due(store, at: 120) == ([3, 4, 6, 7, 8, 9], false, 150))
      #expect(try due(store, at: 150) == ([1, 2, 3, 4, 6, 7, 8, 9, 11], false, nil))
      #expect(try due(store, "b") == ([10], false, nil))
      #expect(try due(store, "c") == ([], false, nil))
    }
  }

  @Test(arguments: Backend.allCases)
  func `a page ends at its limits and the next one goes on`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try commit((1...200).map { alert($0, lane: $0) }, to: store)
      let size = ViolationEvent.sample(1, time: 1).encoded().count
      for (limit, bytes, count) in [
        (1, .max, 1), (64, .max, 64), (65, .max, 65), (128, .max, 128), (199, .max, 199),
        (200, .max, 200), (201, 1, 1), (201, 3 * size, 3), (201, 70 * size, 70),
      ] as [(Int, Int, Int)] {
        let page = try due(store, limit: limit, bytes: bytes)
        #expect(page == (Array(1...Int64(count)), true, nil), "\(limit), \(bytes)")
      }
      #expect(try due(store, limit: 201) == (Array(1...200), false, nil))
      try store.record((1...150).map { alert($0, lane: $0, state: .delivered) })
      #expect(try due(store, limit: 10) == (Array(151...160), true, nil))
    }
  }

  @Test(arguments: Backend.allCases)
  func `outcomes replace what was known; of what is gone they bring nothing back`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try commit([alert(1), alert(2), alert(3)], to: store)
      _ = try store.removeExpired(eventsBefore: 2, valuesBefore: 0, limit: 9)
      #expect(try store.alertDeliveries(AlertQuery(limit: 9)).map(\.alert) == [alert(3), alert(2)])
      let outcomes = [
        alert(1, state: .delivered), alert(2, state: .dead, due: 3), alert(3, due: 50),
      ]
      try store.record(outcomes)
      #expect(
        try store.alertDeliveries(AlertQuery(limit: 9)).map(\.alert)
          == [outcomes[2], outcomes[1]])
      #expect(try store.pendingAlertTargets(after: nil, limit: 9) == ["a"])
      #expect(try due(store, at: 49) == ([], false, 50))
    }
  }

  @Test(arguments: Backend.allCases)
  func `a list holds what its query asks for, newest first`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      let alerts = (1...60).map { number in
        alert(
          number, number % 2 == 0 ? "a" : "b", lane: number,
          state: AlertState.allCases[Int(number) % 3])
      }
      try commit(alerts, to: store)
      for state in [nil] + AlertState.allCases.map(Optional.init) {
        for target in [nil, "a", "b", "c"] {
          for before in [nil, 1, 30, 99] as [Int64?] {
            for limit in [1, 7, 100] {
              let query = AlertQuery(state: state, target: target, before: before, limit: limit)
              #expect(
                try store.alertDeliveries(query).map(\.alert)
                  == Array(alerts.filter(query.matches).reversed().prefix(limit)), "\(query)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: Backend.allCases)
  func `dead alerts are made new in steps, the oldest first`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      let alerts = (1...9).map {
        alert($0, $0 % 2 == 0 ? "a" : "b", lane: $0, state: .dead, due: 3)
      }
      let others = [alert(10, state: .delivered), alert(11, due: 99), alert(12, "c", state: .dead)]
      try commit(alerts + others, to: store)
      #expect(try store.redriveAlerts(of: "a", at: 40, limit: 3) == ["a", "a", "a"])
      #expect(try store.redriveAlerts(of: "a", at: 41, limit: 3) == ["a"])
      #expect(try store.redriveAlerts(of: "a", at: 42, limit: 3) == [])
      #expect(try store.redriveAlerts(of: nil, at: 43, limit: 4) == ["b", "b", "b", "b"])
      #expect(try store.redriveAlerts(of: nil, at: 43, limit: 4) == ["b", "c"])
      let expected = alerts.map { alert in
        alert.redriven(at: alert.target == "b" ? 43 : alert.sequence == 8 ? 41 : 40)
      }
      #expect(
        try store.alertDeliveries(AlertQuery(before: 10, limit: 9)).map(\.alert)
          == expected.reversed())
      #expect(try due(store, "b") == ([1, 3, 5, 7, 9], false, nil))
    }
  }
}
