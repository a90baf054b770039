import Logging
import Synchronization
import Testing

@testable import RPC

/// What a gate decides over calls, what the server decides when it holds too much, and what clients
/// are told of it.
struct AdmissionTests {
  private static let echo: [String: Method] = ["/t.T/U": .unary { request, _ in request }]

  @Test func `a gate refuses a call before its body, and names the caller of others`() {
    let seen = Witness<String>()
    let pair = Pair(
      [
        "/t.T/U": .unary { _, context in
          seen.note("\(context.caller as? String ?? "nobody") \(context.previousAttempts)")
          return []
        }
      ],
      gate: { (context) throws(RPCStatus) in
        guard context.metadata.first(named: "x-name") != nil else {
          throw RPCStatus(.unauthenticated, "who?")
        }
        return Admission(caller: "somebody")
      })
    let stream = pair.client.open("/t.T/U")
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "16")
    #expect(pair.client.responses[stream]?.message == "who?")
    #expect(seen.all == [])
    let headers: KeyValuePairs = ["x-name": "a", "grpc-previous-rpc-attempts": "3"]
    #expect(pair.call("/t.T/U", [], headers)?.status == "0")
    #expect(pair.call("/t.T/U", [], ["x-name": "a", "grpc-previous-rpc-attempts": "x"]) != nil)
    #expect(seen.all == ["somebody 3", "somebody 0"])
  }

  @Test func `what may last for ever ends with its credentials, or with its deadline before`() {
    let pair = Pair(
      [
        "/t.T/B": .bidirectional { requests, _, _ throws(RPCStatus) in
          while try await requests.next() != nil {}
        }
      ], gate: { _ in Admission(lifetime: .seconds(30)) })
    let (stream, short) = (
      pair.client.open("/t.T/B"), pair.client.open("/t.T/B", ["grpc-timeout": "10S"])
    )
    pair.exchange()
    pair.loop.advance(by: .seconds(29))
    pair.exchange()
    #expect(pair.client.responses[short]?.status == "4")
    #expect(pair.client.responses[stream]?.closedWith == nil)
    pair.loop.advance(by: .seconds(1))
    pair.exchange()
    #expect(pair.client.responses[stream]?.status == "16")
  }

  @Test func `a status may say when to try again, in whole milliseconds`() {
    let pair = Pair([
      "/t.T/U": .unary { _, _ throws(RPCStatus) in
        throw RPCStatus(.resourceExhausted, "later", retryAfter: .microseconds(1_500))
      }
    ])
    let stream = pair.client.open("/t.T/U")
    pair.client.send([], on: stream, end: true)
    pair.exchange()
    let response = pair.client.responses[stream]
    #expect(response?.status == "8")
    #expect(response?.header["grpc-retry-pushback-ms"] == "2")
  }

  private static func limits(_ change: (inout Limits) -> Void) -> Limits {
    var limits = Limits()
    change(&limits)
    return limits
  }

  /// Calls that are taken, and those refused for overload, of so many on one connection.
  private static func open(_ count: Int, _ pair: Pair) -> (taken: Int, refused: Int) {
    let streams = (0..<count).map { _ in pair.client.open("/t.T/C") }
    pair.exchange()
    let refused = streams.filter { pair.client.responses[$0]?.status == "14" }
    for stream in refused {
      let delay = pair.client.responses[stream]?.header["grpc-retry-pushback-ms"].flatMap {
        Int($0)
      }
      #expect((500...1_500).contains(delay ?? 0))
    }
    return (count - refused.count, refused.count)
  }

  private static let waiting: [String: Method] = [
    "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
      while try await requests.next() != nil {}
      return []
    }
  ]

  @Test func `above maxCalls a connection gets its fairShareCalls, and above twice that nothing`() {
    let limits = Self.limits { $0.maxCalls = 48 }
    let load = ServerLoad(limits: limits)
    let pairs = (0..<5).map { _ in Pair(Self.waiting, limits: limits, load: load) }
    #expect(Self.open(100, pairs[0]) == (48, 52))
    #expect(load.openCalls == 48)
    for pair in pairs[1...3] { #expect(Self.open(30, pair) == (Limits.fairShareCalls, 14)) }
    #expect(Self.open(1, pairs[4]) == (0, 1))
    #expect(load.openCalls == 96)
    pairs[0].server.lost()
    pairs[0].loop.turn()
    #expect(load.openCalls == 48)
    #expect(Self.open(3, pairs[4]) == (3, 0))
  }

  @Test func `above maxHeldBytes who holds more than fairShareBytes may not add to it`() {
    let limits = Self.limits { $0.maxHeldBytes = 300 << 10 }
    let load = ServerLoad(limits: limits)
    let (hog, other) = (
      Pair(Self.echo, limits: limits, load: load), Pair(Self.echo, limits: limits, load: load)
    )
    // Messages that do not become complete.
    let streams = (0..<4).map { _ in hog.client.open("/t.T/U") }
    for stream in streams {
      hog.client.send(body: [0, 0, 4, 0, 0] + [UInt8](repeating: 7, count: 90 << 10), on: stream)
      hog.exchange()
    }
    #expect(load.heldBytes >= 270 << 10)
    #expect(load.heldBytes <= 300 << 10)
    #expect(streams.map { hog.client.responses[$0]?.status } == [nil, nil, nil, "14"])
    #expect(other.call("/t.T/U", [1])?.messages == [[1]])
    hog.server.lost()
    #expect(load.heldBytes == 0)
    #expect(load.openCalls == 0)
  }

  @Test func `what a call holds is accounted until it ends, on every road`() async {
    let pair = Pair(Self.echo)
    let big = [UInt8](repeating: 1, count: 200 << 10)
    #expect(pair.call("/t.T/U", big)?.messages == [big])
    let cut = pair.client.open("/t.T/U")
    pair.client.send(body: [0, 0, 4, 0, 0] + big, on: cut)
    pair.exchange()
    #expect(pair.load.heldBytes > 100 << 10)
    pair.client.reset(cut)
    pair.exchange()
    #expect(pair.load.heldBytes == 0)
    #expect(pair.load.openCalls == 0)
  }

  @Test func `while the server is busy, busyStallTimeout is a stuck client's patience`() {
    let limits = Self.limits { $0.maxHeldBytes = 100 << 10 }
    let pair = Pair(
      [
        "/t.T/U": .unary { _, _ in [UInt8](repeating: 1, count: 200 << 10) }
      ], limits: limits, client: TestClient(windowBytes: 0))
    pair.server.begin()
    let stream = pair.client.open("/t.T/U")
    pair.client.send([], on: stream, end: true)
    pair.exchange()
    #expect(pair.load.isBusy)
    #expect(limits.busyStallTimeout < limits.stallTimeout)
    pair.pass(3)
    #expect(pair.client.goAwayCode == 11)
    pair.server.lost()
  }

  @Test func `deniedLinesPerMinute are written, and then how many were left out`() {
    let lines = Witness<String>()
    let minutes = Mutex(0)
    let start = ContinuousClock.now
    let log = QuietLog(Logger(label: "test") { _ in LineWitness(lines) }) {
      start + .seconds(60 * minutes.withLock { $0 })
    }
    for index in 0..<Limits.deniedLinesPerMinute + 5 { log.info("no", ["call": "\(index)"]) }
    #expect(lines.all.count == Limits.deniedLinesPerMinute)
    #expect(lines.all.first == "no [\"call\": 0]")
    minutes.withLock { $0 = 1 }
    log.info("no", [:])
    #expect(lines.all.suffix(2) == ["lines left out [\"lines\": 5]", "no [:]"])
  }

  @Test func `overloadPushback is what a client can wait`() {
    #expect(Limits.overloadPushback == .seconds(1))
    #expect(Limits.fairShareBytes < Limits().maxHeldBytes)
  }
}

/// A log that a test reads.
private struct LineWitness: LogHandler {
  let lines: Witness<String>
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]

  init(_ lines: Witness<String>) { self.lines = lines }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { lines.note("\(event.message) \(event.metadata ?? [:])") }
}
