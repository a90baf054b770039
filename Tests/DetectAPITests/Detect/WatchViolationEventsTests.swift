import Detect
@testable import DetectAPI
import RPC
import Testing

@Suite struct WatchViolationEventsTests {
  private static let method = "Detect/WatchViolationEvents"

  @Test func `Who watches from now learns where that is, and then what happens`() async throws {
    let api = try TestAPI()
    try await api.attachProfile("P", Sample.noTelnet)
    try await api.report(Sample.report("lamp", 1, ports: [23]))
    let call = try api.stream(Self.method)
    #expect(await call.response() == ["sequence_number": 1])
    try await api.report(Sample.report("lamp", 2, ports: []))
    let step = await call.response()
    #expect(step?["sequence_number"] == 2)
    let listed = try await api.call(
      "Detect/ListViolationEvents", ["start_time": 0, "end_time": .number(api.now + 1)])
    #expect(step?["violation_event"] == listed["violation_events"]?[0])
    call.cancel()
    #expect(await call.status()?.code == .cancelled)
  }

  @Test func `Who comes back goes on without a gap or a repeat`() async throws {
    let api = try TestAPI()
    try await api.attachProfile("P", Sample.noTelnet)
    for id in 1...6 as ClosedRange<Int64> {
      try await api.report(Sample.report("lamp", id, ports: id % 2 == 1 ? [23] : []))
    }
    var last: Value = 0
    var seen: [Value?] = []
    for count in [1, 3, 2] {
      let call = try api.stream(Self.method, ["after_sequence": last])
      for _ in 0..<count {
        let step = await call.response()
        last = step?["sequence_number"] ?? last
        seen.append(step?["violation_event"]?["sequence_number"])
      }
      call.cancel()
    }
    #expect(seen == [1, 2, 3, 4, 5, 6])
  }

  @Test func `A sequence number from the future is refused`() async throws {
    let api = try TestAPI()
    for number in [1, .max] as [Int64] {
      let call = try api.stream(Self.method, ["after_sequence": .number(number)])
      #expect(await call.response() == nil)
      #expect(await call.status()?.code == .invalidArgument)
    }
  }

  @Test func `Events that were removed are out of range`() async throws {
    let store = MemoryStore()
    let api = try TestAPI(store: store)
    try await api.attachProfile("P", Sample.noTelnet)
    try await api.report(Sample.report("lamp", 1, ports: [23]))
    api.now += api.service.settings.violationEventRetention + 1
    try await api.report(Sample.report("lamp", 2, ports: []))
    api.service.tick()
    await api.service.stop()

    let later = try TestAPI(store: store)
    let call = try later.stream(Self.method, ["after_sequence": 0])
    #expect(await call.response() == nil)
    let fault = Fault(try #require(await call.status()))
    #expect(fault.code == .outOfRange)
    #expect(
      fault.details["ErrorInfo"]?["metadata"] == [["key": "oldestSequenceNumber", "value": "2"]])
    let rest = try later.stream(Self.method, ["after_sequence": 1])
    #expect(await rest.response()?["sequence_number"] == 2)
    rest.cancel()
  }

  @Test func `The server that shuts down says so`() async throws {
    let api = try TestAPI()
    let call = try api.stream(Self.method)
    #expect(await call.response() == [:])
    api.drain.begin()
    #expect(await call.response() == nil)
    #expect(await call.status()?.code == .unavailable)
  }
}
