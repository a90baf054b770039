import Testing

@testable import DeviceMQTT

struct ReportSubscriberTests {
  @Test func `A report is acknowledged and answered once it is durable, and no sooner`()
    async throws
  {
    try await Bench.run { bench in
      _ = try bench.broker.acceptSession()
      bench.commits.close()
      try bench.broker.publish(Bench.report(7), to: Bench.topic, id: 9)
      try bench.commits.waitForJob()
      // Read, parsed and judged; all that is missing is the disk.
      #expect(!bench.broker.hasInput(within: 200))
      bench.commits.open()
      #expect(try bench.broker.read() == .init(head: FakeBroker.puback, body: [0, 9]))
      let answer = try bench.broker.read()
      #expect(answer.head == FakeBroker.publish)
      let text = String(decoding: answer.body.dropFirst(2), as: UTF8.self)
      #expect(text.hasPrefix("\(Bench.topic)/accepted\0{\"reportId\":7,"))
    }
  }

  @Test func `What is no report is rejected, or passed over, and acknowledged`() async throws {
    try await Bench.run { bench in
      _ = try bench.broker.acceptSession()
      try bench.broker.publish([], to: Bench.topic, id: 1)
      #expect(try bench.broker.read() == .init(head: FakeBroker.puback, body: [0, 1]))
      let answer = String(decoding: try bench.broker.read().body.dropFirst(2), as: UTF8.self)
      #expect(answer.hasPrefix("\(Bench.topic)/rejected\0"))
      #expect(answer.contains("not JSON: the document is empty"))
      try bench.broker.publish([], to: "$aws/things/lamp/defender/metrics/xml", id: 2)
      #expect(try bench.broker.read() == .init(head: FakeBroker.puback, body: [0, 2]))
      #expect(!bench.broker.hasInput())
    }
  }

  @Test func `A report whose answer cannot be sent is acknowledged all the same`() async throws {
    try await Bench.run { bench in
      _ = try bench.broker.acceptSession()
      // Behind its topic there is no room for "/rejected".
      let thing = String(repeating: "x", count: 65_535 - Bench.topic.utf8.count)
      let topic = Bench.topic.replacing("lamp", with: "lamp" + thing)
      try bench.broker.publish(Bench.report(7), to: topic, id: 1)
      try bench.broker.publish(Bench.report(7), to: Bench.topic, id: 2)
      #expect(try bench.broker.read() == .init(head: FakeBroker.puback, body: [0, 1]))
      #expect(try bench.broker.read() == .init(head: FakeBroker.puback, body: [0, 2]))
      #expect(try bench.broker.read().head == FakeBroker.publish)
    }
  }

  @Test func `A connection that is lost before the commit acknowledges nothing`() async throws {
    try await Bench.run { bench in
      _ = try bench.broker.acceptSession()
      bench.commits.close()
      try bench.broker.publish(Bench.report(7), to: Bench.topic, id: 9)
      try bench.commits.waitForJob()
      bench.broker.hangUp()
      bench.commits.open()
      // The broker sends it again, and it is known.
      _ = try bench.broker.acceptSession()
      try bench.broker.publish(Bench.report(7), to: Bench.topic, id: 9)
      #expect(try bench.broker.read() == .init(head: FakeBroker.puback, body: [0, 9]))
      let answer = String(decoding: try bench.broker.read().body.dropFirst(2), as: UTF8.self)
      #expect(answer.contains("\"status\":\"ACCEPTED\""))
    }
  }

  @Test func `A stop acknowledges what was read, and says goodbye`() async throws {
    try await Bench.run { bench in
      _ = try bench.broker.acceptSession()
      bench.commits.close()
      try bench.broker.publish(Bench.report(7), to: Bench.topic, id: 9)
      try bench.commits.waitForJob()
      bench.stop()
      #expect(try bench.broker.read().head == FakeBroker.puback)
      #expect(try bench.broker.read().head == FakeBroker.publish)
      #expect(try bench.broker.read().head == FakeBroker.disconnect)
    }
  }

  @Test func `A broker that refuses is told of`() async throws {
    try await Bench.run { bench in
      try bench.broker.accept()
      _ = try bench.broker.read()
      try bench.broker.write(0x20, [0, 0x86, 0])
      guard case .disconnected(let fault, _) = try bench.log.next() else {
        Issue.record("it is connected")
        return
      }
      #expect("\(fault)" == "the broker answers: Bad User Name or Password")
      try bench.broker.accept()
      _ = try bench.broker.read()
      try bench.broker.write(0x20, [0, 0, 0])
      let subscribe = try bench.broker.read()
      // Not authorized.
      try bench.broker.write(0x90, Array(subscribe.body.prefix(2)) + [0, 0x87])
      guard case .disconnected(let refusal, _) = try bench.log.next() else {
        Issue.record("it is connected")
        return
      }
      #expect("\(refusal)" == "the broker refuses the subscription to reports with QoS 1")
    }
  }
}
