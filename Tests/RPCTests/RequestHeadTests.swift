import Testing

@testable import RPC

/// Which requests are calls, and what the others are answered.
struct RequestHeadTests {
  private static let methods: [String: Method] = ["/t.T/U": .unary { request, _ in request }]

  /// The answer to a request whose field `name` has this value, or is absent.
  private func answer(_ name: String, _ value: String?) -> TestClient.Response? {
    let pair = Pair(Self.methods)
    var fields = TestClient.fields("/t.T/U").filter { $0.0 != name }
    if let value {
      let index = name.hasPrefix(":") ? 0 : fields.count
      fields.insert((name, value), at: index)
    }
    let stream = pair.client.open(fields: fields)
    pair.client.send([1], on: stream, end: true)
    pair.exchange()
    return pair.client.responses[stream]
  }

  @Test(arguments: ["GET", "PUT", "OPTIONS"])
  func `a method other than POST is not allowed`(_ method: String) {
    let response = answer(":method", method)
    #expect(response?.header[":status"] == "405")
    #expect(response?.header["allow"] == "POST")
    #expect(response?.body.isEmpty == false)
    #expect(response?.closedWith == 0)
  }

  @Test func `a GET without a body is answered`() {
    let pair = Pair(Self.methods)
    let fields = [
      (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "test"),
    ]
    let get = pair.client.open(fields: fields, hasBody: false)
    let head = pair.client.open(fields: [(":method", "HEAD")] + fields[1...], hasBody: false)
    pair.exchange()
    #expect(pair.client.responses[get]?.header[":status"] == "405")
    #expect(pair.client.responses[get]?.closedWith == 0)
    #expect(pair.client.responses[head]?.header[":status"] == "405")
    #expect(pair.client.responses[head]?.body == [])
    #expect(pair.client.responses[head]?.closedWith == 0)
  }

  @Test(arguments: [nil, "application/json", "application/grpcweb", "text/plain"])
  func `another content type is unsupported`(_ contentType: String?) {
    let response = answer("content-type", contentType)
    #expect(response?.header[":status"] == "415")
    #expect(response?.body.isEmpty == false)
    #expect(response?.closedWith == 0)
  }

  @Test(arguments: [
    "application/grpc", "application/grpc+proto", "application/grpc; charset=utf-8",
  ])
  func `gRPC's content types are served`(_ contentType: String) {
    #expect(answer("content-type", contentType)?.status == "0")
  }

  @Test func `a request without te is refused`() {
    #expect(answer("te", nil)?.status == "13")
  }

  @Test func `an unknown encoding is unimplemented, and ours are named`() {
    let response = answer("grpc-encoding", "deflate")
    #expect(response?.status == "12")
    #expect(response?.header["grpc-accept-encoding"] == "identity,gzip")
    #expect(answer("grpc-encoding", "identity")?.status == "0")
    #expect(answer("grpc-encoding", "gzip")?.status == "0")
  }

  @Test(arguments: ["", "1", "S", "1s", "123456789S", "-1S", "1.5S", "1 S"])
  func `a malformed timeout is refused`(_ value: String) {
    #expect(answer("grpc-timeout", value)?.status == "13")
  }

  @Test func `malformed base64 is refused`() {
    for value in ["A", "AA=A", "A*==", "AAA=====", "AAAA,A"] {
      #expect(answer("x-bin", value)?.status == "13")
    }
  }
}

struct EncodingTests {
  @Test func `base64 of every length`() {
    let expected = ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"]
    for (count, text) in expected.enumerated() {
      let bytes = Array("foobar".utf8.prefix(count))
      #expect(Base64.encode(bytes) == Array(text.utf8))
      #expect(Base64.decode(Array(text.utf8).span) == bytes)
      let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
      #expect(Base64.decode(Array((text + padding).utf8).span) == bytes)
    }
    let all = Array(UInt8.min...UInt8.max)
    #expect(Base64.decode(Base64.encode(all).span) == all)
  }

  @Test func `a status message is cut at a whole character`() {
    #expect(PercentEncoding.encode("aä", limit: 7) == Array("a%C3%A4".utf8))
    #expect(PercentEncoding.encode("aä", limit: 6) == Array("a".utf8))
    #expect(PercentEncoding.encode("~ \u{7f}", limit: 99) == Array("~ %7F".utf8))
  }

  @Test func `timeouts of every unit`() {
    let cases: [(String, Duration)] = [
      ("2H", .seconds(7_200)), ("3M", .seconds(180)), ("4S", .seconds(4)),
      ("5m", .milliseconds(5)), ("6u", .microseconds(6)), ("7n", .nanoseconds(7)),
      ("99999999H", .seconds(99_999_999 * 3_600)), ("0S", .zero),
    ]
    for (text, duration) in cases { #expect(Timeout.parse(Array(text.utf8).span) == duration) }
  }

  @Test func `metadata refuses what HTTP/2 would`() {
    var metadata = Metadata()
    for name in ["", "X", "a b", "grpc-status", ":path", "te", "content-type", "ä", "x-bin"] {
      #expect(throws: RPCStatus.self) { try metadata.append(name, "v") }
    }
    for value in ["ä", "a\nb", "\u{7f}"] {
      #expect(throws: RPCStatus.self) { try metadata.append("x", value) }
    }
    #expect(throws: RPCStatus.self) { try metadata.append("x", binary: [1]) }
    #expect(metadata == Metadata())
  }
}
