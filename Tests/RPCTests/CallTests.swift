import Testing

@testable import RPC

struct CallTests {
  @Test func `metadata goes both ways`() {
    let seen = Witness<CallContext>()
    let pair = Pair([
      "/t.T/M": .unary { request, context throws(RPCStatus) in
        seen.note(context)
        var initial = Metadata()
        try initial.append("x-initial", "one")
        try initial.append("x-initial-bin", binary: [0, 255, 1])
        context.response.initial = initial
        var trailing = Metadata()
        try trailing.append("x-trailing", "two")
        context.response.trailing = trailing
        return request
      }
    ])
    let response = pair.call(
      "/t.T/M", [1],
      ["x-a": "first", "x-a": "second", "x-b-bin": "AP8B", "x-c-bin": "AQ==,Ag", "user-agent": "u"])
    #expect(response?.header["x-initial"] == "one")
    #expect(response?.header["x-initial-bin"] == "AP8B")
    #expect(response?.header["content-type"] == "application/grpc")
    #expect(response?.trailers["x-trailing"] == "two")
    #expect(response?.trailers["x-initial"] == nil)

    let context = seen.all.first
    #expect(context?.method == "/t.T/M")
    #expect(context?.peer == "127.0.0.1:4711")
    #expect(context?.deadline == nil)
    #expect(context?.metadata.all(named: "x-a") == [.text("first"), .text("second")])
    #expect(context?.metadata.first(named: "x-a") == "first")
    #expect(context?.metadata.firstBinary(named: "x-b-bin") == [0, 255, 1])
    #expect(context?.metadata.all(named: "x-c-bin") == [.binary([1]), .binary([2])])
    #expect(context?.metadata.entries.map(\.name).contains("te") == false)
    #expect(context?.metadata.first(named: "user-agent") == "u")
  }

  @Test(arguments: RPCStatus.Code.allCases.filter { $0 != .ok })
  func `a thrown status is sent as it is`(_ code: RPCStatus.Code) {
    let pair = Pair([
      "/t.T/F": .unary { _, _ throws(RPCStatus) in
        throw RPCStatus(code, "größer als 100 %\n", details: [1, 2, 255])
      }
    ])
    let response = pair.call("/t.T/F", [])
    #expect(response?.header["grpc-status"] == String(code.rawValue))
    #expect(response?.header["grpc-message"] == "gr%C3%B6%C3%9Fer als 100 %25%0A")
    #expect(response?.header["grpc-status-details-bin"] == "AQL/")
    #expect(response?.header[":status"] == "200")
    #expect(response?.body == [])
    #expect(response?.trailers == [:])
    #expect(response?.closedWith == 0)
  }

  @Test func `a status of OK thrown as an error is unknown`() {
    let pair = Pair(["/t.T/F": .unary { _, _ throws(RPCStatus) in throw RPCStatus(.ok) }])
    #expect(pair.call("/t.T/F", [])?.status == "2")
  }

  @Test func `a method that answers at once has no task`() {
    let pair = Pair([
      "/t.T/I": .immediate { request, context throws(RPCStatus) in
        guard !request.isEmpty else { throw RPCStatus(.invalidArgument, "empty") }
        var trailing = Metadata()
        try trailing.append("x-t", context.method)
        context.response.trailing = trailing
        return request
      },
      "/t.T/OK": .immediate { _, _ throws(RPCStatus) in throw RPCStatus(.ok) },
    ])
    let response = pair.call("/t.T/I", [1, 2])
    #expect(response?.messages == [[1, 2]])
    #expect(response?.trailers == ["grpc-status": "0", "x-t": "/t.T/I"])
    #expect(pair.call("/t.T/I", [])?.status == "3")
    #expect(pair.call("/t.T/OK", [])?.status == "2")
    #expect(pair.server.runningCalls == 0)
  }

  @Test func `a status after responses comes in the trailers`() {
    let pair = Pair([
      "/t.T/F": .serverStreaming { _, responses, context throws(RPCStatus) in
        try await responses.send([1])
        try await responses.send([2])
        var trailing = Metadata()
        try trailing.append("x-t", "v")
        context.response.trailing = trailing
        throw RPCStatus(.aborted, "half way", details: [9])
      }
    ])
    let response = pair.call("/t.T/F", [])
    #expect(response?.messages == [[1], [2]])
    #expect(response?.header["grpc-status"] == nil)
    #expect(
      response?.trailers
        == [
          "grpc-status": "10", "grpc-message": "half way", "grpc-status-details-bin": "CQ",
          "x-t": "v",
        ])
  }

  @Test func `methods of one request refuse none and two`() {
    let ran = Witness<[UInt8]>()
    let pair = Pair([
      "/t.T/U": .unary { request, _ in
        ran.note(request)
        return request
      },
      "/t.T/S": .serverStreaming { request, _, _ in ran.note(request) },
    ])
    for path in ["/t.T/U", "/t.T/S"] {
      let none = pair.client.open(path)
      pair.client.end(none)
      let two = pair.client.open(path)
      pair.client.send([1], on: two)
      pair.client.send([2], on: two, end: true)
      pair.exchange()
      #expect(pair.client.responses[none]?.status == "12")
      #expect(pair.client.responses[two]?.status == "12")
    }
    #expect(ran.all.isEmpty)
  }

  @Test func `an unknown method is unimplemented`() {
    let pair = Pair([:])
    let response = pair.call("/no.Such/Method", [1])
    #expect(response?.header["grpc-status"] == "12")
    #expect(response?.message == "unknown method /no.Such/Method")
    #expect(response?.closedWith == 0)
  }

  @Test func `a handler may answer before the client has ended`() {
    let pair = Pair([
      "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
        try await requests.next() ?? []
      }
    ])
    let stream = pair.client.open("/t.T/C")
    pair.client.send([5], on: stream)
    pair.exchange()
    let response = pair.client.responses[stream]
    #expect(response?.messages == [[5]])
    #expect(response?.status == "0")
    // RST_STREAM with NO_ERROR: nobody reads what the client would still send.
    #expect(response?.closedWith == 0)
  }

  @Test func `requests and responses interleave`() {
    let pair = Pair([
      "/t.T/B": .bidirectional { requests, responses, _ throws(RPCStatus) in
        while let request = try await requests.next() { try await responses.send(request) }
      }
    ])
    let stream = pair.client.open("/t.T/B")
    for round: UInt8 in 1...5 {
      pair.client.send([round], on: stream)
      pair.exchange()
      #expect(pair.client.responses[stream]?.messages.last == [round])
      #expect(pair.client.responses[stream]?.closedWith == nil)
    }
    pair.client.end(stream)
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "0")
    #expect(pair.server.runningCalls == 0)
  }

  @Test func `a hundred calls at once, answered in another order`() {
    let gates = (0..<100).map { _ in Gate() }
    let pair = Pair([
      "/t.T/U": .unary { request, _ in
        await gates[Int(request[0])].pass()
        return request
      }
    ])
    let streams = (0..<100).map { index in
      let stream = pair.client.open("/t.T/U")
      pair.client.send([UInt8(index)], on: stream, end: true)
      return stream
    }
    pair.exchange()
    #expect(pair.server.runningCalls == 100)
    for gate in gates.reversed() { gate.open() }
    pair.exchange()
    #expect(pair.server.runningCalls == 0)
    for (index, stream) in streams.enumerated() {
      #expect(pair.client.responses[stream]?.messages == [[UInt8(index)]])
      #expect(pair.client.responses[stream]?.status == "0")
    }
  }

  @Test func `a ping is answered`() {
    let pair = Pair([:])
    pair.client.ping()
    pair.exchange()
    #expect(pair.client.pingAnswers == 1)
  }
}
