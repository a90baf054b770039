import DeviceDocuments
import Synchronization
import Testing

@testable import DeviceMQTT

private typealias Limits = DeviceMQTT.Limits

struct LimitsTests {
  @Test func `CONNECT resumes a session of sessionExpiry and bounds packets, groups and silence`()
    async throws
  {
    try await Bench.run { bench in
      let body = try bench.broker.acceptSession().body
      #expect(body.starts(with: [0, 4] + Array("MQTT".utf8) + [5]))
      // Neither a clean start nor a will, a name or a password.
      #expect(body[7] == 0)
      #expect(body[8..<10].elementsEqual(bigEndian(UInt16(Limits.keepAlive))))
      let properties = body[11..<(11 + Int(body[10]))]
      for property in [
        [17] + bigEndian(Limits.sessionExpiry), [39] + bigEndian(UInt32(Limits.packetBytes)),
        [33] + bigEndian(UInt16(Limits.messagesPerGroup)),
      ] {
        #expect(properties.firstRange(of: property) != nil)
      }
      #expect(Limits.packetBytes >= 2 * DeviceDocuments.Limits.documentBytes)
    }
  }

  /// While the first group is on its way to the disk the others come.
  @Test(arguments: [
    (messages: 2 * Limits.messagesPerGroup, blanks: 0),
    (messages: 2 * (Limits.bytesPerGroup / 120_000 + 1), blanks: 120_000),
  ])
  func `messagesPerGroup and bytesPerGroup bound a group`(
    messages: Int, blanks: Int
  ) async throws {
    try await Bench.run { bench in
      _ = try bench.broker.acceptSession()
      let before = bench.commits.jobs
      for id in 1...(messages + 1) {
        try bench.broker.publish(Bench.report(id, blanks: blanks), to: Bench.topic)
      }
      for _ in 0...messages { _ = try bench.broker.read() }
      // Ticks of a clock do not come here: each job is a group.
      #expect(bench.commits.jobs - before >= 3)
    }
  }

  @Test func `A broker that does not answer for as long as handshake is left`() async throws {
    try await Bench.run { bench in
      try bench.broker.accept()
      _ = try bench.broker.read()
      bench.log.time.store(Limits.handshake, ordering: .relaxed)
      guard case .disconnected(let fault, _) = try bench.log.next() else {
        Issue.record("it is connected")
        return
      }
      #expect("\(fault)" == "the broker does not answer")
    }
  }

  @Test func `Tries to connect come at intervals of backoff that double, until one lasts`()
    async throws
  {
    try await Bench.run { bench in
      for doublings in [0, 1, 2] {
        try bench.broker.accept()
        bench.broker.hangUp()
        guard case .disconnected(_, let retryAfter) = try bench.log.next() else {
          Issue.record("it is connected")
          return
        }
        #expect(
          retryAfter == min(Limits.backoff.lowerBound << doublings, Limits.backoff.upperBound))
      }
      _ = try bench.broker.acceptSession()
      guard case .connected = try bench.log.next() else {
        Issue.record("it is not connected")
        return
      }
      bench.log.time.store(Limits.backoff.upperBound, ordering: .relaxed)
      bench.broker.hangUp()
      guard case .disconnected(_, Limits.backoff.lowerBound) = try bench.log.next() else {
        Issue.record("it waits for longer")
        return
      }
    }
  }
}

private func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (1...MemoryLayout<Number>.size).map {
    UInt8(truncatingIfNeeded: number >> (8 * (MemoryLayout<Number>.size - $0)))
  }
}
