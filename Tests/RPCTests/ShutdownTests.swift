import Testing

@testable import RPC

/// The graceful stop, step by step on one connection. `ServerTests` stops whole servers.
struct ShutdownTests {
  @Test func `calls in flight finish, and calls on their way are served`() {
    let gate = Gate()
    let pair = Pair([
      "/t.T/U": .unary { request, _ in
        await gate.pass()
        return request
      }
    ])
    let first = pair.client.open("/t.T/U")
    pair.client.send([1], on: first, end: true)
    pair.exchange()

    pair.server.session.noticeShutdown()
    // The client begins another before it sees the notice.
    let second = pair.client.open("/t.T/U")
    pair.client.send([2], on: second, end: true)
    pair.exchange()
    #expect(pair.client.goAways == [Int32.max])

    pair.server.session.refuseNewStreams()
    pair.exchange()
    #expect(pair.client.goAways == [Int32.max, second])
    #expect(!pair.server.session.isFinished)

    gate.open()
    pair.exchange()
    #expect(pair.client.responses[first]?.messages == [[1]])
    #expect(pair.client.responses[second]?.messages == [[2]])
    #expect(pair.client.responses[second]?.status == "0")
    #expect(pair.server.session.isFinished)
  }

  @Test func `calls that do not finish are cut`() {
    let ended = Witness<Bool>()
    let pair = Pair([
      "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
        defer { ended.note(Task.isCancelled) }
        while try await requests.next() != nil {}
        return []
      }
    ])
    let stream = pair.client.open("/t.T/C")
    pair.exchange()
    pair.server.cutCalls(RPCStatus(.unavailable, "the server is shutting down"))
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "14")
    #expect(ended.all == [true])
    #expect(pair.server.runningCalls == 0)
  }
}
