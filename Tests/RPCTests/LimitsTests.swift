import Testing

@testable import RPC

/// Each limit of a connection, at it and just beyond it. Those of a server are in `ServerTests`,
/// the windows in `FlowControlTests`.
struct LimitsTests {
  private static let methods: [String: Method] = [
    "/t.T/U": .unary { request, _ in request },
    "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
      while try await requests.next() != nil {}
      return []
    },
  ]

  private static func pair(_ change: (inout Limits) -> Void = { _ in }) -> Pair {
    var limits = Limits()
    change(&limits)
    return Pair(methods, limits: limits)
  }

  @Test func `a message at the limit passes`() {
    let pair = Self.pair { $0.maxMessageBytes = 1_000 }
    #expect(pair.call("/t.T/U", [UInt8](repeating: 1, count: 1_000))?.status == "0")
    #expect(pair.call("/t.T/U", [UInt8](repeating: 1, count: 1_001))?.status == "8")
  }

  @Test(arguments: ["/t.T/U", "/t.T/C"])
  func `a message above the limit is refused by its prefix`(_ path: String) {
    let pair = Self.pair()
    let stream = pair.client.open(path)
    pair.client.send(body: [0, 255, 255, 255, 255], on: stream)
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "8")
    #expect(pair.client.responses[stream]?.closedWith == 0)
    #expect(pair.server.runningCalls == 0)
  }

  @Test func `a stream above the limit is refused, and the rest goes on`() {
    let pair = Self.pair { $0.maxConcurrentStreams = 2 }
    // Opened before the client has seen the limit.
    let streams = (0..<3).map { _ in pair.client.open("/t.T/C") }
    pair.exchange()
    #expect(pair.client.settings[3] == 2)
    #expect(pair.client.responses[streams[2]]?.closedWith == 7)
    for stream in streams.prefix(2) { pair.client.end(stream) }
    pair.exchange()
    #expect(pair.client.responses[streams[0]]?.status == "0")
    #expect(pair.client.responses[streams[1]]?.status == "0")
  }

  @Test func `a header list above the limit is refused, and the rest goes on`() {
    let pair = Self.pair()
    let large = String(repeating: "a", count: Limits().maxHeaderListBytes)
    #expect(pair.call("/t.T/U", [1], ["x-large": large])?.status == "8")
    #expect(pair.call("/t.T/U", [1], ["x-small": "a"])?.status == "0")
    #expect(pair.client.settings[6] == UInt32(Limits().maxHeaderListBytes))
  }

  @Test func `a flood of CONTINUATION ends the connection`() {
    for (count, isRefused) in [(3, false), (4, true)] {
      let pair = Self.pair { $0.maxContinuations = 3 }
      pair.exchange()
      pair.client.send(raw: RawFrame.frame(1, 0x1, stream: 1, []))
      for _ in 0..<count { pair.client.send(raw: RawFrame.frame(9, 0, stream: 1, [])) }
      pair.exchange()
      #expect(isConnectionEnded(pair) == isRefused)
    }
  }

  @Test func `a burst of resets ends the connection`() {
    for (count, isRefused) in [(10, false), (11, true)] {
      let pair = Self.pair {
        $0.streamResetBurst = 10
        $0.streamResetsPerSecond = 1
      }
      pair.exchange()
      for _ in 0..<count {
        let stream = pair.client.open("/t.T/C")
        pair.exchange()
        pair.client.reset(stream)
        pair.exchange()
      }
      #expect(isConnectionEnded(pair) == isRefused)
      #expect(pair.client.goAwayCode == (isRefused ? 11 : nil))
    }
  }

  @Test func `a flood of pings that reads no answers ends the connection`() {
    for (count, isRefused) in [(50, false), (51, true)] {
      let pair = Self.pair { $0.maxOutstandingAcknowledgements = 50 }
      pair.exchange()
      for _ in 0..<count {
        pair.toServer(RawFrame.ping)
      }
      #expect((pair.failure != nil) == isRefused)
    }
  }

  @Test func `windows are announced`() {
    let pair = Self.pair()
    pair.exchange()
    #expect(pair.client.settings[4] == UInt32(Limits().streamWindowBytes))
    // Two calls that are not read fill the connection's window.
    let held = Pair([
      "/t.T/C": .clientStreaming { _, _ in
        await Gate().pass(); return []
      }
    ])
    let streams = (0..<3).map { _ in held.client.open("/t.T/C") }
    for stream in streams {
      held.client.send(body: [UInt8](repeating: 0, count: 1 << 20), on: stream)
    }
    held.exchange()
    let unsent = streams.reduce(0) { $0 + held.client.unsent(on: $1) }
    #expect(3 << 20 - unsent == Limits().connectionWindowBytes)
  }

  @Test func `a status message and details are kept short enough for clients`() {
    let text = String(repeating: "x", count: Limits.maxStatusMessageBytes + 1)
    for (count, isSent) in [
      (Limits.maxStatusDetailsBytes, true), (Limits.maxStatusDetailsBytes + 1, false),
    ] {
      let pair = Pair([
        "/t.T/F": .unary { _, _ throws(RPCStatus) in
          throw RPCStatus(.aborted, text, details: [UInt8](repeating: 1, count: count))
        }
      ])
      let response = pair.call("/t.T/F", [])
      #expect(response?.status == "10")
      #expect(response?.message == String(text.dropLast()))
      #expect((response?.header["grpc-status-details-bin"] != nil) == isSent)
    }
  }

  @Test func `metadata above the limit cannot be appended`() throws {
    var metadata = Metadata()
    try metadata.append("x", String(repeating: "a", count: Limits.maxMetadataBytes - 33))
    #expect(throws: RPCStatus.self) { try metadata.append("y", "") }
    #expect(metadata.entries.count == 1)
  }

  @Test func `one write is not larger than the limit and a frame`() throws {
    let pair = Pair([
      "/t.T/S": .unary { _, _ in [UInt8](repeating: 1, count: 60_000) }
    ])
    pair.exchange()
    let stream = pair.client.open("/t.T/S")
    pair.client.send([], on: stream, end: true)
    pair.toServer(pair.client.takeOutput())
    var limits = Limits()
    limits.maxUnwrittenBytes = 20_000
    var written = 0
    let hasMore = try pair.server.writeFrames(limit: limits.maxUnwrittenBytes) {
      written += $0.count
    }
    #expect(hasMore)
    #expect(
      (limits.maxUnwrittenBytes..<limits.maxUnwrittenBytes + (16 << 10) + 9).contains(written))
  }

  private func isConnectionEnded(_ pair: Pair) -> Bool {
    pair.failure != nil || !pair.client.goAways.isEmpty
  }
}
