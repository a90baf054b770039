import Testing

@testable import RPC

struct FlowControlTests {
  private static let window = Limits().streamWindowBytes
  private static let message = [UInt8](repeating: 1, count: 100_000)

  @Test func `a handler that takes nothing holds the client's window`() {
    let gate = Gate()
    let taken = Witness<Int>()
    let pair = Pair([
      "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
        await gate.pass()
        while let request = try await requests.next() { taken.note(request.count) }
        return []
      }
    ])
    let stream = pair.client.open("/t.T/C")
    for _ in 0..<30 { pair.client.send(Self.message, on: stream) }
    pair.client.end(stream)
    let total = pair.client.unsent(on: stream)
    pair.exchange()
    #expect(total - pair.client.unsent(on: stream) == Self.window)
    gate.open()
    pair.exchange()
    #expect(taken.all == [Int](repeating: Self.message.count, count: 30))
    #expect(pair.client.responses[stream]?.status == "0")
  }

  @Test func `the window reopens by as much as is taken`() {
    let gates = (0..<30).map { _ in Gate() }
    let pair = Pair([
      "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
        for gate in gates {
          await gate.pass()
          _ = try await requests.next()
        }
        return []
      }
    ])
    let stream = pair.client.open("/t.T/C")
    for _ in 0..<30 { pair.client.send(Self.message, on: stream) }
    let total = pair.client.unsent(on: stream)
    for (index, gate) in gates.enumerated() {
      pair.exchange()
      let held = total - pair.client.unsent(on: stream) - index * (Self.message.count + 5)
      #expect(held <= Self.window)
      gate.open()
    }
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "0")
  }

  @Test func `a client with no window holds send`() {
    let sent = Witness<Int>()
    let client = TestClient(windowBytes: 1_000, reopensWindows: false)
    let pair = Pair(
      [
        "/t.T/S": .serverStreaming { _, responses, _ throws(RPCStatus) in
          for index in 0..<500 {
            try await responses.send([UInt8](repeating: 2, count: 1_000))
            sent.note(index)
          }
        }
      ], client: client)
    let stream = pair.client.open("/t.T/S")
    pair.client.send([], on: stream, end: true)
    pair.exchange()
    let buffered = Limits().maxBufferedResponseBytes
    #expect(sent.all.count == buffered / 1_005)
    var received = 0
    while let count = client.responses[stream]?.body.count, count > received {
      client.consume(count - received, on: stream)
      received = count
      pair.exchange()
      #expect(sent.all.count * 1_005 <= received + buffered + 2_005)
    }
    #expect(client.responses[stream]?.messages.count == 500)
    #expect(client.responses[stream]?.status == "0")
  }

  @Test func `what nobody takes is given back to the connection`() {
    let gate = Gate()
    let pair = Pair([
      "/t.T/C": .clientStreaming { _, _ in
        await gate.pass()
        return []
      }
    ])
    for _ in 0..<6 {
      let stream = pair.client.open("/t.T/C")
      for _ in 0..<10 { pair.client.send(Self.message, on: stream) }
      pair.exchange()
      #expect(pair.client.unsent(on: stream) == 0)
      pair.client.reset(stream)
      pair.exchange()
    }
    gate.open()
    pair.exchange()
    #expect(pair.server.runningCalls == 0)
  }

  @Test func `refused requests and ended calls do not hold the window`() {
    let pair = Pair([
      "/t.T/C": .clientStreaming { _, _ in [] }, "/t.T/U": .unary { request, _ in request },
    ])
    let fields = [
      TestClient.fields("/t.T/C"), TestClient.fields("/no.Such/Method"),
      TestClient.fields("/t.T/C", ["grpc-timeout": "x"]),
      TestClient.fields("/t.T/C").filter { $0.0 != "content-type" },
    ]
    for _ in 0..<3 {
      for fields in fields {
        let stream = pair.client.open(fields: fields)
        for _ in 0..<10 { pair.client.send(Self.message, on: stream) }
        pair.exchange()
        #expect(pair.client.responses[stream]?.closedWith == 0)
      }
    }
    let request = [UInt8](repeating: 3, count: 2 << 20)
    #expect(pair.call("/t.T/U", request)?.messages == [request])
  }

  @Test func `what arrives after the end of a call does not hold the window`() {
    let pair = Pair([
      "/t.T/C": .clientStreaming { _, _ in [] }, "/t.T/U": .unary { request, _ in request },
    ])
    pair.exchange()
    for _ in 0..<4 {
      let stream = pair.client.open("/t.T/C")
      pair.toServer(pair.client.takeOutput())
      // The call has ended, and the client does not know.
      pair.client.send(body: [UInt8](repeating: 0, count: 1_000_000), on: stream)
      pair.toServer(pair.client.takeOutput())
      pair.exchange()
      #expect(pair.client.responses[stream]?.status == "0")
    }
    let request = [UInt8](repeating: 3, count: 2 << 20)
    #expect(pair.call("/t.T/U", request)?.messages == [request])
  }
}
