import Testing

@testable import RPC

/// What time does to a connection. The clock is moved by hand, by pulses of one second.
struct ConnectionLifeTests {
  private static let methods: [String: Method] = [
    "/t.T/U": .unary { request, _ in request },
    "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
      while try await requests.next() != nil {}
      return []
    },
    "/t.T/S": .serverStreaming { _, responses, _ throws(RPCStatus) in
      for _ in 0..<100 { try await responses.send([UInt8](repeating: 1, count: 10_000)) }
    },
  ]

  private static func pair(
    client: TestClient = TestClient(), _ change: (inout Limits) -> Void = { _ in }
  ) -> Pair {
    var limits = Limits()
    limits.pulse = .seconds(1)
    limits.goAwayDelay = .zero
    change(&limits)
    let pair = Pair(methods, limits: limits, client: client)
    pair.server.begin()
    return pair
  }

  @Test func `every timeout is kept to a pulse`() {
    let limits = Limits()
    let all = [
      limits.frameTimeout, limits.keepaliveTime, limits.keepaliveTimeout, limits.idleTimeout,
      limits.stallTimeout, limits.connectionAgeGrace,
    ]
    #expect(all.allSatisfy { $0 >= limits.pulse })
  }

  /// Pieces of a connection's beginning, after which a client owes bytes.
  static let unfinished: [[UInt8]] = [
    [], Array(RawFrame.preface.prefix(10)), RawFrame.preface,
    RawFrame.preface + RawFrame.settings.prefix(5),
    RawFrame.preface + RawFrame.settings + RawFrame.frame(1, 0, stream: 1, [0x83]),
    RawFrame.preface + RawFrame.settings
      + RawFrame.frame(1, 4, stream: 1, [0x83, 0x86]).dropLast(),
    RawFrame.preface + RawFrame.settings + RawFrame.frame(1, 0, stream: 1, [0x83])
      + RawFrame.frame(9, 0, stream: 1),
    RawFrame.preface + RawFrame.settings + RawFrame.ping.dropLast(),
  ]

  @Test(arguments: unfinished)
  func `what has to come in one go must come in time`(_ bytes: [UInt8]) {
    let pair = Self.pair { $0.frameTimeout = .seconds(5) }
    pair.toServer(bytes)
    pair.passInSilence(4)
    #expect(!pair.server.session.isFinished)
    pair.passInSilence(2)
    #expect(pair.server.session.isFinished)
    #expect(pair.client.goAwayCode == 11)
  }

  @Test func `a client that trickles a header is not taken for a live one`() {
    let pair = Self.pair { $0.frameTimeout = .seconds(5) }
    pair.toServer(RawFrame.preface + RawFrame.settings)
    let header = RawFrame.frame(1, 4, stream: 1, [UInt8](repeating: 0x83, count: 50))
    for byte in header.prefix(6) {
      #expect(!pair.server.session.isFinished)
      pair.toServer([byte])
      pair.passInSilence(1)
    }
    #expect(pair.client.goAwayCode == 11)
  }

  @Test func `what is not read is not missed`() {
    let pair = Self.pair { $0.frameTimeout = .seconds(5) }
    pair.toServer(RawFrame.preface + RawFrame.settings + RawFrame.ping.dropLast())
    pair.server.isReadHeld = true
    pair.passInSilence(20)
    #expect(!pair.server.session.isFinished)
    pair.server.isReadHeld = false
    pair.passInSilence(5)
    #expect(pair.client.goAwayCode == 11)
  }

  @Test func `a client may pause inside DATA and between frames`() {
    let pair = Self.pair {
      $0.frameTimeout = .seconds(5)
      $0.keepaliveTime = .seconds(1_000)
    }
    let stream = pair.client.open("/t.T/C")
    pair.exchange()
    pair.pass(20)
    pair.toServer(RawFrame.frame(0, 1, stream: 1, frame([1, 2, 3])).dropLast())
    pair.pass(20)
    pair.toServer([3])
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "0")
  }

  @Test func `a silent client is asked, and lives while it answers`() {
    let pair = Self.pair { $0.keepaliveTime = .seconds(5) }
    pair.exchange()
    pair.pass(60)
    #expect((9...12).contains(pair.client.pings))
    #expect(!pair.isClientDead)
  }

  @Test func `a client that talks is not asked`() {
    let pair = Self.pair { $0.keepaliveTime = .seconds(5) }
    for _ in 0..<15 {
      _ = pair.call("/t.T/U", [1])
      pair.pass(4)
    }
    #expect(pair.client.pings == 0)
  }

  @Test func `a client that does not answer is dead`() {
    let pair = Self.pair {
      $0.keepaliveTime = .seconds(5)
      $0.keepaliveTimeout = .seconds(3)
    }
    pair.client.open("/t.T/C")
    pair.exchange()
    for second in 1...9 {
      #expect(!pair.isClientDead, "after \(second) s")
      pair.loop.advance(by: .seconds(1))
    }
    #expect(pair.isClientDead)
    #expect(pair.loop.timerCount == 0)
  }

  @Test func `a connection without calls ends gracefully`() {
    let pair = Self.pair { $0.idleTimeout = .seconds(30) }
    let stream = pair.client.open("/t.T/C")
    pair.exchange()
    pair.pass(100)
    #expect(pair.client.goAways == [])
    pair.client.end(stream)
    pair.exchange()
    pair.pass(29)
    #expect(pair.client.goAways == [])
    pair.pass(3)
    // nghttp2's client has no stream left, and hears no second GOAWAY after the first.
    #expect(pair.client.goAways == [Int32.max])
    #expect(pair.client.goAwayCode == 0)
    #expect(pair.server.session.isFinished)
  }

  @Test func `calls between two pulses keep a connection`() {
    let pair = Self.pair { $0.idleTimeout = .seconds(3) }
    for _ in 0..<20 {
      #expect(pair.call("/t.T/U", [1])?.status == "0")
      pair.pass(2)
    }
    #expect(pair.client.goAways == [])
  }

  @Test func `a client that takes nothing of what waits is refused`() {
    let client = TestClient(windowBytes: 1_000, reopensWindows: false)
    let pair = Self.pair(client: client) { $0.stallTimeout = .seconds(10) }
    let stream = client.open("/t.T/S")
    client.send([], on: stream, end: true)
    pair.exchange()
    var taken = 0
    for _ in 0..<4 {
      pair.pass(9)
      let count = client.responses[stream]?.body.count ?? 0
      client.consume(count - taken, on: stream)
      taken = count
      pair.exchange()
    }
    #expect(client.goAways == [])
    pair.pass(11)
    #expect(client.goAwayCode == 11)
  }

  @Test func `a client that waits for responses has as long as it likes`() {
    let pair = Self.pair { $0.stallTimeout = .seconds(10) }
    pair.client.open("/t.T/C")
    pair.exchange()
    pair.pass(100)
    #expect(pair.client.goAways == [])
  }

  @Test func `a connection ends at its age, and its calls after the grace`() {
    let pair = Self.pair {
      $0.maxConnectionAge = .seconds(100)
      $0.connectionAgeGrace = .seconds(60)
    }
    let stream = pair.client.open("/t.T/C")
    pair.exchange()
    pair.pass(89)
    #expect(pair.client.goAways == [])
    pair.pass(22)
    #expect(pair.client.goAways == [Int32.max, stream])
    #expect(pair.client.responses[stream]?.status == nil)
    pair.pass(60)
    #expect(pair.client.responses[stream]?.status == "14")
    #expect(pair.server.session.isFinished)
  }
}
