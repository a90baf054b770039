@testable import DetectAPI
import RPC
import Testing

@Suite struct DrainTests {
  @Test func `A body that ends by itself was not interrupted`() async throws {
    let drain = Drain()
    #expect(try await drain.interrupts { () async throws(RPCStatus) in } == false)
    #expect(!drain.hasBegun)
  }

  @Test func `A body that throws keeps its status`() async {
    await #expect(throws: RPCStatus(.aborted, "m")) {
      _ = try await Drain().interrupts { () async throws(RPCStatus) in
        throw RPCStatus(.aborted, "m")
      }
    }
  }

  @Test func `A body that waits is interrupted, before and after it begins to wait`() async throws {
    for beginsFirst in [true, false] {
      let drain = Drain()
      if beginsFirst { drain.begin() }
      async let isInterrupted = drain.interrupts { () async throws(RPCStatus) in
        if await BoundedQueue<Int>(capacity: 1).next() == nil { throw RPCStatus(.cancelled) }
      }
      if !beginsFirst { drain.begin() }
      #expect(try await isInterrupted)
      #expect(drain.hasBegun)
    }
  }
}
