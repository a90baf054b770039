import Detect
import Testing

/// What every implementation of `Store` must do; the events have a file of their own beside this
/// one.
@Suite struct StoreConformance {
  @Test(arguments: Backend.allCases)
  func `an empty store holds nothing`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      #expect(try store.snapshot() == SnapshotPart(position: 0))
      #expect(try store.journal().isEmpty)
      #expect(try store.allEvents().isEmpty)
      #expect(try store.oldestSequence() == nil)
      #expect(try !store.removeExpired(eventsBefore: .max, valuesBefore: .max, limit: 1))
    }
  }

  @Test(arguments: Backend.allCases)
  func `groups come back in order, with the bytes they were committed with`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      let inputs: [[UInt8]] = [[1], [], [0, 255, 0], Array(repeating: 7, count: 1_000_000)]
      try store.commit(inputs)
      #expect(try store.journal().map(\.inputs) == inputs)
      #expect(try store.journal().map(\.position) == [1, 2, 3, 4])
      #expect(try store.journal(after: 2).map(\.position) == [3, 4])
      #expect(try store.journal(after: 4).isEmpty)
    }
  }

  @Test(arguments: Backend.allCases)
  func `a group that does not follow the last one is refused whole`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit([[1]])
      for position in [-1, 0, 1, 3] as [Int64] {
        #expect(
          performing: {
            try store.commit(
              JournalGroup(position: position, inputs: [9], events: [.sample(5)]))
          }, throws: isCorrupt)
      }
      #expect(try store.journal().map(\.inputs) == [[1]])
      #expect(try store.allEvents().isEmpty)
      try store.commit([[2]], after: 1)
      #expect(try store.journal().map(\.inputs) == [[1], [2]])
    }
  }

  @Test(arguments: Backend.allCases)
  func `a group with a sequence number that is taken is refused whole`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit(JournalGroup(position: 1, inputs: [1], events: [.sample(1)]))
      for taken in [[2, 1], [2, 2]] as [[Int64]] {
        #expect(
          performing: {
            try store.commit(
              JournalGroup(position: 2, inputs: [2], events: taken.map { .sample($0) }))
          }, throws: isCorrupt)
      }
      #expect(try store.journal().count == 1)
      #expect(try store.allEvents() == [.sample(1)])
      try store.commit(JournalGroup(position: 2, inputs: [2], events: [.sample(2)]))
      #expect(try store.allEvents() == [.sample(1), .sample(2)])
    }
  }

  @Test(arguments: Backend.allCases)
  func `records are put, replaced and removed by key, and come by rising key`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit([[1], [2]])
      try store.writeAndCompact(
        SnapshotPart(
          position: 1,
          records: [
            SnapshotRecord(key: [2], value: [20]),
            SnapshotRecord(key: [255], value: [1]),
            SnapshotRecord(key: [1, 0], value: []),
            SnapshotRecord(key: [1], value: [10]),
            SnapshotRecord(key: [], value: [0]),
            SnapshotRecord(key: [7], value: nil),
          ], metricValues: []))
      #expect(try store.snapshot().records.map(\.key) == [[], [1], [1, 0], [2], [255]])
      #expect(try store.snapshot().records.map(\.value) == [[0], [10], [], [20], [1]])
      try store.writeAndCompact(
        SnapshotPart(
          position: 2,
          records: [
            SnapshotRecord(key: [2], value: nil),
            SnapshotRecord(key: [], value: nil),
            SnapshotRecord(key: [1], value: [11]),
            SnapshotRecord(key: [3], value: [2]),
          ], metricValues: []))
      #expect(try store.snapshot().position == 2)
      #expect(try store.snapshot().records.map(\.key) == [[1], [1, 0], [3], [255]])
      #expect(try store.snapshot().records.map(\.value) == [[11], [], [2], [1]])
    }
  }

  @Test(arguments: Backend.allCases)
  func `a snapshot removes the journal up to its position and no further`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit([[1], [2], [3]])
      try store.writeAndCompact(SnapshotPart(position: 2))
      #expect(try store.snapshot().position == 2)
      #expect(try store.journal(after: 2).map(\.inputs) == [[3]])
      for hole in [0, 1] as [Int64] {
        #expect(performing: { try store.journal(after: hole) }, throws: isCorrupt)
      }
      try store.writeAndCompact(SnapshotPart(position: 3))
      #expect(try store.journal(after: 3).isEmpty)
      #expect(performing: { try store.journal(after: 2) }, throws: isCorrupt)
      try store.commit([[4]], after: 3)
      #expect(try store.journal(after: 3).map(\.position) == [4])
    }
  }

  @Test(arguments: Backend.allCases)
  func `a snapshot outside of the journal is refused whole`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try store.commit([[1], [2], [3]])
      try store.writeAndCompact(SnapshotPart(position: 2))
      for position in [1, 2, 4] as [Int64] {
        let chunk = chunk("pump", 2, position: position, 0, 9)
        #expect(
          performing: {
            try store.writeAndCompact(
              SnapshotPart(
                position: position, records: [SnapshotRecord(key: [1], value: [1])],
                metricValues: [chunk]))
          }, throws: isCorrupt)
      }
      #expect(try store.snapshot() == SnapshotPart(position: 2))
      #expect(try store.journal(after: 2).map(\.inputs) == [[3]])
      #expect(try values(store, "pump", 2, 0, 10, upTo: 9).isEmpty)
    }
  }

  @Test(arguments: Backend.allCases)
  func `what a visit throws ends the visit and reaches the caller`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit([[1], [2], [3]])
      try store.writeAndCompact(
        SnapshotPart(
          position: 1,
          records: [
            SnapshotRecord(key: [1], value: [1]), SnapshotRecord(key: [2], value: [2]),
          ], metricValues: []))
      var visits = 0
      #expect(throws: StoreError.unavailable("enough")) {
        try store.loadJournal(after: 1) { _, _ throws(StoreError) in
          visits += 1
          throw .unavailable("enough")
        }
      }
      #expect(throws: StoreError.unavailable("enough")) {
        _ = try store.loadSnapshot { _ throws(StoreError) in
          visits += 1
          throw .unavailable("enough")
        }
      }
      #expect(visits == 2)
      #expect(try store.journal(after: 1).count == 2)
    }
  }

  @Test(arguments: Backend.allCases)
  func `a visit may read the store`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try store.commit((1...600).map { ViolationEvent.sample($0) })
      var seen: [Int64?] = []
      try store.loadJournal(after: 0) { position, _ throws(StoreError) in
        try store.loadJournal(after: position) { _, _ throws(StoreError) in
          seen.append(try store.oldestSequence())
        }
      }
      // Six groups: five, four, … and none after each.
      #expect(seen == Array(repeating: 1, count: 15))
    }
  }

  @Test(arguments: Backend.allCases)
  func `chunks are found by thing, time and snapshot, in the order of writing`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      try store.commit([[1], [2]])
      let early = [
        chunk("pump", 2, position: 1, 100, 200), chunk("pump", 2, position: 1, 50, 90),
        chunk("pump", 3, position: 1, 100, 200), chunk("pump-1", 2, position: 1, 100, 200),
        chunk("caf\u{e9}", 2, position: 1, 100, 200),
      ]
      let late = [chunk("pump", 2, position: 2, 0, 300)]
      try store.writeAndCompact(SnapshotPart(position: 1, records: [], metricValues: early))
      try store.writeAndCompact(SnapshotPart(position: 2, records: [], metricValues: late))

      #expect(try values(store, "pump", 2, 0, 1_000, upTo: 2) == [early[0], early[1], late[0]])
      #expect(try values(store, "pump", 2, 0, 1_000, upTo: 1) == [early[0], early[1]])
      #expect(try values(store, "pump", 2, 0, 1_000, upTo: 0).isEmpty)
      #expect(try values(store, "pump", 3, 0, 1_000, upTo: 2) == [early[2]])
      #expect(try values(store, "pump-1", 2, .min, .max, upTo: .max) == [early[3]])
      // Half open: the first time is inside from `end` above it, the last one up to `start` itself.
      #expect(try values(store, "pump", 2, 0, 100, upTo: 1) == [early[1]])
      #expect(try values(store, "pump", 2, 0, 101, upTo: 1) == [early[0], early[1]])
      #expect(try values(store, "pump", 2, 200, 201, upTo: 1) == [early[0]])
      #expect(try values(store, "pump", 2, 201, 202, upTo: 1).isEmpty)
      let mixed = MetricValueChunk(
        thing: ThingName("valve"), position: 3, firstTime: 5, lastTime: 5, values: [1, 2, 3])
      try store.commit([[3]], after: 2)
      try store.writeAndCompact(SnapshotPart(position: 3, metricValues: [mixed]))
      #expect(
        try store.metricValues(thing: ThingName("valve"), start: 0, end: 9, upTo: 3) == [mixed])
      // The same text to Swift, another name to us.
      #expect(try values(store, "cafe\u{301}", 2, 0, 1_000, upTo: 2).isEmpty)
      #expect(try values(store, "caf\u{e9}", 2, 0, 1_000, upTo: 2) == [early[4]])
    }
  }

  @Test(arguments: Backend.allCases)
  func `what has expired is removed in bounded steps, the oldest first`(
    _ backend: Backend
  ) async throws {
    try await backend.withStore { store throws in
      let events = (1...10).map { ViolationEvent.sample($0, time: 1_000 - $0) }
      try store.commit(JournalGroup(position: 1, inputs: [1], events: events))
      let chunks = (1...6).map { chunk("pump", 2, position: 1, 0, 100 * $0) }
      try store.writeAndCompact(SnapshotPart(position: 1, records: [], metricValues: chunks))

      // Expired: the events 6...10 (times 990...994) and the chunks that end at 100 and 200.
      let left: [[Int64]] = [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5]]
      for (index, sequences) in left.enumerated() {
        let more = try store.removeExpired(eventsBefore: 995, valuesBefore: 300, limit: 2)
        #expect(more == (index < 2))
        #expect(try store.allEvents().map(\.sequence) == sequences)
        #expect(try values(store, "pump", 2, .min, .max, upTo: 1).count == 4)
      }
      #expect(try values(store, "pump", 2, .min, .max, upTo: 1) == Array(chunks.dropFirst(2)))
      #expect(try !store.removeExpired(eventsBefore: 995, valuesBefore: 300, limit: 2))
    }
  }

  @Test(arguments: Backend.allCases)
  func `readers on other threads see whole groups only`(_ backend: Backend) async throws {
    try await backend.withStore { store throws in
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for _ in 0..<2 {
          tasks.addTask {
            var seen = 0
            while seen < 900 {
              let events = try store.allEvents()
              #expect(events.count.isMultiple(of: 3))
              #expect(events.map(\.sequence) == (0..<events.count).map { Int64($0) + 1 })
              #expect(events.count >= seen)
              seen = events.count
              let positions = try store.journal().map(\.position)
              #expect(positions == (0..<positions.count).map { Int64($0) + 1 })
              #expect(positions.count >= seen / 3)
              // The threads are few: let the writer have one.
              await Task.yield()
            }
          }
        }
        tasks.addTask {
          for position in 1...300 as ClosedRange<Int64> {
            let events = (1...3).map { ViolationEvent.sample((position - 1) * 3 + $0) }
            try store.commit(JournalGroup(position: position, inputs: [1], events: events))
          }
        }
        try await tasks.waitForAll()
      }
    }
  }

  func chunk(
    _ thing: String, _ metric: UInt32, position: Int64, _ first: Int64, _ last: Int64
  ) -> MetricValueChunk {
    MetricValueChunk(
      thing: ThingName(thing), metric: Metric(number: metric), position: position,
      firstTime: first, lastTime: last, values: [UInt8(truncatingIfNeeded: last), 1, 2])
  }

  func values(
    _ store: any Store, _ thing: String, _ metric: UInt32, _ start: Int64, _ end: Int64,
    upTo position: Int64
  ) throws -> [MetricValueChunk] {
    try store.metricValues(
      thing: ThingName(thing), start: start, end: end, upTo: position
    ).filter { $0.metric?.number == metric }
  }
}
