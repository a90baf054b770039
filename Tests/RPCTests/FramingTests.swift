import Testing

@testable import RPC

/// Each kind of method, each answering with what it was asked.
private let methods: [String: Method] = [
  "/t.T/Unary": .unary { request, _ in request },
  "/t.T/Immediate": .immediate { request, _ in request },
  "/t.T/Server": .serverStreaming { request, responses, _ throws(RPCStatus) in
    for byte in request { try await responses.send([byte, byte]) }
  },
  "/t.T/Client": .clientStreaming { requests, _ throws(RPCStatus) in
    var all: [UInt8] = []
    while let request = try await requests.next() { all += request + [0xff] }
    return all
  },
  "/t.T/Both": .bidirectional { requests, responses, _ throws(RPCStatus) in
    while let request = try await requests.next() { try await responses.send(request) }
  },
]

struct FramingTests {
  struct Case: Sendable {
    let path: String
    let requests: [[UInt8]]
    let responses: [[UInt8]]
  }

  static let cases = [
    Case(path: "/t.T/Unary", requests: [[1, 2, 3]], responses: [[1, 2, 3]]),
    Case(path: "/t.T/Unary", requests: [[]], responses: [[]]),
    Case(path: "/t.T/Immediate", requests: [[1, 2, 3]], responses: [[1, 2, 3]]),
    Case(path: "/t.T/Server", requests: [[7, 8]], responses: [[7, 7], [8, 8]]),
    Case(
      path: "/t.T/Client", requests: [[1], [], [2, 3]], responses: [[1, 255, 255, 2, 3, 255]]),
    Case(path: "/t.T/Client", requests: [], responses: [[]]),
    Case(path: "/t.T/Both", requests: [[1], [], [2, 3]], responses: [[1], [], [2, 3]]),
  ]

  /// A pair whose client has written the call, and the bytes it wrote.
  private static func begin(_ test: Case) -> (Pair, Int32, [UInt8]) {
    let pair = Pair(methods)
    let stream = pair.client.open(test.path)
    for request in test.requests { pair.client.send(request, on: stream) }
    pair.client.end(stream)
    return (pair, stream, pair.client.takeOutput())
  }

  private static func expectAnswer(
    _ pair: Pair, _ stream: Int32, _ test: Case, _ comment: Comment
  ) {
    pair.exchange()
    let response = pair.client.responses[stream]
    #expect(response?.messages == test.responses, comment)
    #expect(response?.trailers["grpc-status"] == "0", comment)
    #expect(response?.closedWith == 0, comment)
  }

  @Test(arguments: cases)
  func `a call arrives in two pieces, cut at every byte`(_ test: Case) {
    let count = Self.begin(test).2.count
    for cut in 0...count {
      let (pair, stream, bytes) = Self.begin(test)
      pair.toServer(bytes[..<cut])
      pair.loop.turn()
      pair.toServer(bytes[cut...])
      Self.expectAnswer(pair, stream, test, "cut at \(cut)")
    }
  }

  @Test(arguments: cases)
  func `a call arrives byte by byte`(_ test: Case) {
    let (pair, stream, bytes) = Self.begin(test)
    for byte in bytes {
      pair.toServer([byte])
      pair.loop.turn()
    }
    Self.expectAnswer(pair, stream, test, "byte by byte")
  }

  @Test func `a message cut into DATA frames at every byte`() {
    let body = frame([1, 2, 3]) + frame([]) + frame([4])
    for first in 0...body.count {
      let pair = Pair(methods)
      let stream = pair.client.open("/t.T/Both")
      pair.client.send(body: Array(body[..<first]), on: stream)
      pair.exchange()
      pair.client.send(body: Array(body[first...]), on: stream, end: true)
      pair.exchange()
      #expect(pair.client.responses[stream]?.messages == [[1, 2, 3], [], [4]])
    }
  }

  @Test func `a message larger than the window passes`() {
    let pair = Pair(methods)
    let request = [UInt8](repeating: 9, count: 3 << 20)
    let response = pair.call("/t.T/Unary", request)
    #expect(response?.messages == [request])
    #expect(response?.status == "0")
    let stream = pair.client.open("/t.T/Both")
    pair.client.send(request, on: stream, end: true)
    pair.exchange()
    #expect(pair.client.responses[stream]?.messages == [request])
  }

  @Test func `a body that ends inside a message is an error`() {
    for path in ["/t.T/Unary", "/t.T/Both"] {
      for count in 1..<7 {
        let pair = Pair(methods)
        let stream = pair.client.open(path)
        pair.client.send(body: Array(frame([1, 2]).prefix(count)), on: stream, end: true)
        pair.exchange()
        #expect(pair.client.responses[stream]?.status == "13")
      }
    }
  }

  @Test func `a compressed message and an unknown flag are errors`() {
    for flag: UInt8 in [1, 2, 255] {
      let pair = Pair(methods)
      let stream = pair.client.open("/t.T/Both")
      pair.client.send(body: frame([1], flag: flag), on: stream, end: true)
      pair.exchange()
      #expect(pair.client.responses[stream]?.status == "13")
    }
  }
}
