import Testing

@testable import RPC

/// Clients that keep to the protocol and mean harm. Each is refused, or costs no more than its
/// limit says.
struct FloodTests {
  private static let methods: [String: Method] = [
    "/t.T/U": .unary { request, _ in request },
    "/t.T/Large": .unary { _, _ in [UInt8](repeating: 1, count: 1 << 20) },
    "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
      while try await requests.next() != nil {}
      return []
    },
  ]

  private static func pair(
    client: TestClient = TestClient(), _ change: (inout Limits) -> Void = { _ in }
  ) -> Pair {
    var limits = Limits()
    change(&limits)
    let pair = Pair(methods, limits: limits, client: client)
    pair.server.begin()
    return pair
  }

  /// A flood: frames that carry nothing.
  struct Flood: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frame: [UInt8]
  }

  static let floods = [
    Flood(testDescription: "SETTINGS", frame: RawFrame.settings),
    Flood(testDescription: "PING", frame: RawFrame.ping),
    Flood(
      testDescription: "PING that answers none",
      frame: RawFrame.frame(6, 1, stream: 0, [UInt8](repeating: 0, count: 8))),
    Flood(testDescription: "WINDOW_UPDATE", frame: RawFrame.windowUpdate()),
    Flood(testDescription: "WINDOW_UPDATE of a call", frame: RawFrame.windowUpdate(stream: 1)),
    Flood(
      testDescription: "RST_STREAM over and over",
      frame: RawFrame.frame(3, stream: 1, [0, 0, 0, 8])),
    Flood(testDescription: "PRIORITY", frame: RawFrame.priority),
    Flood(testDescription: "an unknown type", frame: RawFrame.unknown),
    Flood(testDescription: "empty DATA", frame: RawFrame.frame(0, stream: 1)),
    Flood(testDescription: "DATA of padding", frame: RawFrame.frame(0, 8, stream: 1, [1, 0])),
  ]

  @Test(arguments: floods)
  func `frames of overhead are paid from a budget that time refills`(_ flood: Flood) {
    let budget = 200
    let pair = Self.pair { $0.maxOverheadFrames = budget }
    let call = pair.client.open("/t.T/C")
    pair.exchange()
    #expect(call == 1)
    for _ in 0..<3 {
      pair.loop.advance(by: pair.server.limits.pulse)
      for _ in 0..<budget {
        pair.toServer(flood.frame)
        _ = pair.takeServerOutput()
      }
      #expect(pair.failure == nil)
    }
    pair.toServer(flood.frame)
    #expect(pair.failure == .flooded)
    pair.client.receive(pair.takeServerOutput())
    #expect(pair.client.goAwayCode == 11)
  }

  @Test func `calls pay for the overhead that comes with them`() {
    let pair = Self.pair { $0.maxOverheadFrames = 10 }
    pair.exchange()
    for index: UInt8 in 0..<100 {
      for _ in 0..<Limits.overheadFramesPerFrame { pair.client.send(raw: RawFrame.windowUpdate()) }
      #expect(pair.call("/t.T/U", [index])?.messages == [[index]])
    }
    #expect(pair.failure == nil)
  }

  @Test func `what a burst of calls has earned fades with time`() {
    let (beginning, ping) = (RawFrame.preface + RawFrame.settings, RawFrame.ping)
    var meter = FrameMeter(budget: 10, resets: 10)
    meter.receive(beginning.span)
    for _ in 0..<100 { meter.earn() }
    // 10 + 400 - 1 halved twice is 102.
    meter.refill(resets: 0)
    meter.refill(resets: 0)
    for _ in 0..<102 { meter.receive(ping.span) }
    #expect(!meter.isExceeded)
    meter.receive(ping.span)
    #expect(meter.isExceeded)
    for _ in 0..<5 { meter.refill(resets: 0) }
    for _ in 0..<10 { meter.receive(ping.span) }
    #expect(!meter.isExceeded)
  }

  @Test func `the meter sees the same frames wherever they are cut`() {
    let frames =
      RawFrame.preface + RawFrame.settings + RawFrame.frame(1, 0, stream: 1, [1, 2])
      + RawFrame.frame(9, 4, stream: 1) + RawFrame.frame(0, stream: 1, [1, 2, 3]) + RawFrame.ping
    for size in 1...frames.count {
      var meter = FrameMeter(budget: 2, resets: 2)
      for start in stride(from: 0, to: frames.count, by: size) {
        #expect(meter.completed < 6)
        meter.receive(Array(frames[start..<min(start + size, frames.count)]).span)
      }
      // The preface counts as one, HEADERS and CONTINUATION together as one.
      #expect(meter.completed == 5)
      #expect(!meter.owesBytes && !meter.isExceeded)
    }
  }

  /// POST, http, "/", "t", a field of 4,000 bytes that goes into the table, and then bytes of which each
  /// is that field.
  private static func bomb(_ count: Int) -> [UInt8] {
    let field =
      [0x40, 1, UInt8(ascii: "x"), 0x7f, 0xa1, 0x1e]
      + [UInt8](repeating: UInt8(ascii: "a"), count: 4_000)
    let beginning: [UInt8] = [0x83, 0x86, 0x84, 0x01, 1, UInt8(ascii: "t")]
    return beginning + field + [UInt8](repeating: 0xbe, count: count)
  }

  @Test func `a header that unpacks to megabytes ends the connection`() {
    // Up to four times the limit it is a mistake, and the client is told.
    let mistaken = RawPeer(Self.methods)
    mistaken.send(RawFrame.frame(1, 0x5, stream: 1, Self.bomb(14)))
    #expect(mistaken.outcome == .response)
    #expect(Limits.headerBombFactor == 4)
    let hostile = RawPeer(Self.methods)
    hostile.send(RawFrame.frame(1, 0x5, stream: 1, Self.bomb(16)))
    #expect(hostile.outcome == .connectionError(11))
  }

  @Test func `so do trailers that unpack to megabytes`() {
    let peer = RawPeer(Self.methods)
    let trailers = Array(Self.bomb(16).dropFirst(6))
    peer.send(Said.open(1) + RawFrame.frame(1, 0x5, stream: 1, trailers))
    #expect(peer.outcome == .connectionError(11))
  }

  @Test func `a length of 4 GiB is refused before a byte of it is kept`() {
    let pair = Self.pair()
    let stream = pair.client.open("/t.T/U")
    pair.client.send(body: [0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3], on: stream)
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "8")
    #expect(pair.call("/t.T/U", [1])?.status == "0")
  }

  @Test func `opened and abandoned by the thousand`() {
    let pair = Self.pair()
    let streams = (0..<5_000).map { _ in pair.client.open("/t.T/C") }
    pair.exchange()
    let accepted = streams.filter { pair.client.responses[$0]?.closedWith == nil }
    #expect(accepted.count == Limits().maxConcurrentStreams)
    #expect(pair.server.runningCalls == accepted.count)
    #expect(pair.failure == nil)
    for stream in accepted { pair.client.reset(stream) }
    pair.exchange()
    #expect(pair.server.runningCalls == 0)
    #expect(pair.call("/t.T/U", [1])?.status == "0")
  }

  @Test func `large responses that nobody takes hold the next calls`() {
    let client = TestClient(windowBytes: 0, reopensWindows: false)
    let pair = Self.pair(client: client) { $0.maxConnectionResponseBytes = 4 << 20 }
    let streams = (0..<100).map { _ in
      let stream = client.open("/t.T/Large")
      client.send([], on: stream, end: true)
      return stream
    }
    pair.exchange()
    #expect(pair.server.responseBytes == 4 * ((1 << 20) + 5))
    // A client that goes away frees them.
    for stream in streams { client.reset(stream) }
    pair.exchange()
    #expect(pair.server.responseBytes == 0)
  }

  @Test func `calls that were held are served when there is room`() {
    let client = TestClient(windowBytes: 1 << 16)
    let pair = Self.pair(client: client) { $0.maxConnectionResponseBytes = 1 << 20 }
    let streams = (0..<20).map { _ in
      let stream = client.open("/t.T/Large")
      client.send([], on: stream, end: true)
      return stream
    }
    pair.exchange()
    for stream in streams {
      #expect(client.responses[stream]?.messages.map(\.count) == [1 << 20])
      #expect(client.responses[stream]?.status == "0")
    }
    #expect(pair.server.responseBytes == 0)
  }
}
