import Testing

@testable import RPC

struct CompressionTests {
  private static let methods: [String: Method] = [
    "/t.T/U": .unary { request, _ in request },
    "/t.T/Gzip": .unary { request, context in
      context.response.compression = .gzip
      return request
    },
    "/t.T/None": .unary { request, context in
      context.response.compression = .none
      return request
    },
    "/t.T/Each": .bidirectional { requests, responses, context throws(RPCStatus) in
      while let request = try await requests.nextMessage() {
        try await responses.send(request.bytes, compressing: request.isCompressed)
      }
    },
  ]

  /// Above the size from which responses are compressed.
  private static let message = [UInt8](repeating: 7, count: 5_000)

  /// The messages of a response as they are on the wire: the flag, and the bytes unpacked.
  private static func unpacked(_ response: TestClient.Response?) throws -> [[UInt8]] {
    guard var rest = response?.body[...] else { return [] }
    var messages: [[UInt8]] = []
    while let flag = rest.first {
      let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let bytes = Array(rest.dropFirst(5).prefix(length))
      messages.append([flag] + (flag == 1 ? try Gzip.decompress(bytes, limit: 1 << 20) : bytes))
      rest = rest.dropFirst(5 + length)
    }
    return messages
  }

  private static func answer(
    _ path: String, _ body: [UInt8], _ fields: KeyValuePairs<String, String>,
    limits: Limits = Limits()
  ) -> TestClient.Response? {
    let pair = Pair(methods, limits: limits)
    let stream = pair.client.open(path, fields)
    pair.client.send(body: body, on: stream, end: true)
    pair.exchange()
    return pair.client.responses[stream]
  }

  private static func compressed(_ message: [UInt8]) -> [UInt8] {
    frame(Gzip.compress(message), flag: 1)
  }

  @Test func `what is packed is unpacked`() throws {
    var random = SystemRandomNumberGenerator()
    for count in [0, 1, 100, 65_535, 65_536, 1 << 20] {
      for message in [
        [UInt8](repeating: 0, count: count), (0..<count).map { _ in random.next() },
      ] {
        let packed = Gzip.compress(message)
        #expect(try Gzip.decompress(packed, limit: count) == message)
      }
    }
  }

  @Test func `what is not gzip is refused, cut at every byte`() {
    let packed = Gzip.compress(Array("a message, a message, a message".utf8))
    for count in packed.indices {
      #expect(throws: RPCStatus(.internal, "malformed gzip")) {
        try Gzip.decompress(Array(packed.prefix(count)), limit: 1_000)
      }
      var changed = packed
      // Time, system and flags of speed in the header are nobody's business.
      if (4...9).contains(count) { continue }
      changed[count] ^= 0xff
      #expect(throws: RPCStatus.self) { try Gzip.decompress(changed, limit: 1_000) }
    }
    #expect(throws: RPCStatus(.internal, "malformed gzip")) {
      try Gzip.decompress(packed + [0], limit: 1_000)
    }
  }

  @Test func `a bomb is refused at the limit, which is its own`() throws {
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 50 << 20))
    #expect(bomb.count < 60_000)
    for path in ["/t.T/U", "/t.T/Each"] {
      let response = Self.answer(path, frame(bomb, flag: 1), ["grpc-encoding": "gzip"])
      #expect(response?.status == "8")
      #expect(response?.body == [])
    }
    let large = [UInt8](repeating: 0, count: Limits().maxMessageBytes)
    let response = Self.answer("/t.T/U", Self.compressed(large), ["grpc-encoding": "gzip"])
    #expect(response?.status == "0")
    #expect(response?.messages.first?.count == large.count)
  }

  @Test(arguments: ["/t.T/U", "/t.T/Each"])
  func `a message that does not unpack ends the call`(_ path: String) {
    let response = Self.answer(path, frame([1, 2, 3], flag: 1), ["grpc-encoding": "gzip"])
    #expect(response?.status == "13")
  }

  @Test func `a call may mix messages that are compressed and not`() throws {
    let body = Self.compressed([1]) + frame(Self.message) + Self.compressed(Self.message)
    let response = Self.answer(
      "/t.T/Each", body, ["grpc-encoding": "gzip", "grpc-accept-encoding": "identity, gzip"])
    #expect(response?.header["grpc-encoding"] == "gzip")
    #expect(try Self.unpacked(response) == [[0, 1], [0] + Self.message, [1] + Self.message])
    #expect(response?.status == "0")
  }

  @Test func `a compressed message is compressed only where the call says so`() {
    for fields: KeyValuePairs in [[:], ["grpc-encoding": "identity"]] {
      #expect(Self.answer("/t.T/U", Self.compressed([1]), fields)?.status == "13")
    }
  }

  struct Case: Sendable {
    let path: String
    let sends: String
    let accepts: String
    let isCompressed: Bool
  }

  static let cases = [
    Case(path: "/t.T/U", sends: "gzip", accepts: "identity,deflate,gzip", isCompressed: true),
    Case(path: "/t.T/U", sends: "gzip", accepts: "gzip", isCompressed: true),
    Case(path: "/t.T/U", sends: "gzip", accepts: "identity, deflate", isCompressed: false),
    Case(path: "/t.T/U", sends: "gzip", accepts: "xgzip,gzipped", isCompressed: false),
    Case(path: "/t.T/U", sends: "identity", accepts: "gzip", isCompressed: false),
    Case(path: "/t.T/Gzip", sends: "identity", accepts: "gzip", isCompressed: true),
    Case(path: "/t.T/Gzip", sends: "identity", accepts: "identity", isCompressed: false),
    Case(path: "/t.T/None", sends: "gzip", accepts: "gzip", isCompressed: false),
  ]

  @Test(arguments: cases)
  func `responses are compressed if the client and the handler want it`(_ test: Case) throws {
    let fields: KeyValuePairs = ["grpc-encoding": test.sends, "grpc-accept-encoding": test.accepts]
    let response = Self.answer(test.path, frame(Self.message), fields)
    #expect(response?.header["grpc-encoding"] == (test.isCompressed ? "gzip" : nil))
    #expect(try Self.unpacked(response) == [[test.isCompressed ? 1 : 0] + Self.message])
  }

  @Test func `a small response is not compressed`() throws {
    var limits = Limits()
    limits.minCompressedBytes = 100
    for (count, flag) in [(99, 0), (100, 1)] as [(Int, UInt8)] {
      let message = [UInt8](repeating: 7, count: count)
      let response = Self.answer(
        "/t.T/Gzip", frame(message), ["grpc-accept-encoding": "gzip"], limits: limits)
      #expect(try Self.unpacked(response) == [[flag] + message])
    }
  }
}
