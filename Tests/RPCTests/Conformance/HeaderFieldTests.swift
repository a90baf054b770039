import Testing

@testable import RPC

/// RFC 9113 section 8 and RFC 7541 (HPACK): what fields may be, and how they are packed.
struct HeaderFieldTests {
  private static let malformed = RawPeer.Outcome.streamError(1)
  private static let compressionError = RawPeer.Outcome.connectionError(9)

  private static func request(
    _ section: String, _ what: String, _ fields: KeyValuePairs<String, String>,
    _ outcome: RawPeer.Outcome = malformed
  ) -> ConformanceCase {
    ConformanceCase(section, what, Said.headers(1, block(fields)) + Said.last(), outcome)
  }

  static let messages = [
    ConformanceCase(
      "8.1", "trailers that do not end the stream",
      Said.open() + Said.headers(1, block(["x-t": "1"])), malformed),
    ConformanceCase(
      "8.1", "a pseudo-field in trailers",
      Said.open() + Said.headers(1, block([":method": "POST"]), ends: true), malformed),
    ConformanceCase(
      "8.1", "trailers", Said.open() + Said.headers(1, block(["x-t": "1"]), ends: true), .response),
    ConformanceCase(
      "8.1.1", "more DATA than content-length says",
      Said.open(1, "/t.T/U", ["content-length": "1"]) + Said.last(), malformed),
    ConformanceCase(
      "8.1.1", "less DATA than content-length says",
      Said.open(1, "/t.T/U", ["content-length": "9"]) + Said.last(), malformed),
    ConformanceCase(
      "8.1.1", "as much DATA as content-length says",
      Said.open(1, "/t.T/U", ["content-length": "5"]) + Said.last(), .response),
    ConformanceCase(
      "8.2.1", "a name in upper case", Said.open(1, "/t.T/U", ["X-A": "1"]) + Said.last(), malformed
    ),
    ConformanceCase(
      "8.2.1", "a line break in a value",
      Said.open(1, "/t.T/U", ["x-a": "1\r\n2"]) + Said.last(), malformed),
    ConformanceCase(
      "8.2.2", "a field of the connection",
      Said.open(1, "/t.T/U", ["connection": "keep-alive"]) + Said.last(), malformed),
    ConformanceCase(
      "8.2.2", "te that is not trailers",
      Said.open(1, "/t.T/U", ["te": "gzip"]) + Said.last(), malformed),
    ConformanceCase(
      "8.3", "an unknown pseudo-field", Said.open(1, "/t.T/U", [":x": "1"]) + Said.last(), malformed
    ),
    ConformanceCase(
      "8.3", "a response's pseudo-field",
      Said.open(1, "/t.T/U", [":status": "200"]) + Said.last(), malformed),
    ConformanceCase(
      "8.3", "a pseudo-field behind a field",
      Said.headers(1, block(["x": "1"]) + Said.fields("/t.T/U")) + Said.last(), malformed),
    request(
      "8.3.1", "an empty path",
      [":method": "POST", ":scheme": "http", ":path": "", ":authority": "t"]),
    request("8.3.1", "no method", [":scheme": "http", ":path": "/t.T/U", ":authority": "t"]),
    request("8.3.1", "no scheme", [":method": "POST", ":path": "/t.T/U", ":authority": "t"]),
    request("8.3.1", "no path", [":method": "POST", ":scheme": "http", ":authority": "t"]),
    request(
      "8.3.1", "two methods",
      [":method": "POST", ":method": "POST", ":scheme": "http", ":path": "/t.T/U"]),
    request(
      "8.3.1", "two schemes",
      [":method": "POST", ":scheme": "http", ":scheme": "http", ":path": "/t.T/U"]),
    request(
      "8.3.1", "two paths",
      [":method": "POST", ":scheme": "http", ":path": "/t.T/U", ":path": "/t.T/U"]),
    request(
      "8.3.1", "neither authority nor host",
      [
        ":method": "POST", ":scheme": "http", ":path": "/t.T/U", "te": "trailers",
        "content-type": "application/grpc",
      ]),
    request(
      "8.3.1", "host in place of authority",
      [
        ":method": "POST", ":scheme": "http", ":path": "/t.T/U", "host": "t", "te": "trailers",
        "content-type": "application/grpc",
      ], .response),
    request(
      "8.5", "CONNECT", [":method": "CONNECT", ":authority": "t"], .response),
  ]

  static let packing = [
    ConformanceCase(
      "HPACK 2.3.3", "an index behind both tables", Said.headers(1, [0xbf]), compressionError),
    ConformanceCase(
      "HPACK 4.2", "a table size at the end of a block",
      Said.headers(1, Said.fields("/t.T/U") + [0x20]), compressionError),
    ConformanceCase(
      "HPACK 4.2", "a table size at the beginning of a block",
      Said.headers(1, [0x20] + Said.fields("/t.T/U")) + Said.last(), .response),
    ConformanceCase(
      "HPACK 5.1", "a number without an end",
      Said.headers(1, [0x7f] + [UInt8](repeating: 0xff, count: 12)), compressionError),
    ConformanceCase(
      "HPACK 5.2", "a text that is longer than its block", Said.headers(1, [0x00, 0x7e, 0x61]),
      compressionError),
    ConformanceCase(
      "HPACK 5.2", "Huffman padding of more than seven bits",
      Said.headers(1, [0x00, 0x82, 0x1f, 0xff, 0x01, 0x61]), compressionError),
    ConformanceCase(
      "HPACK 5.2", "Huffman padding that is not of ones",
      Said.headers(1, [0x00, 0x81, 0x18, 0x01, 0x61]), compressionError),
    ConformanceCase(
      "HPACK 5.2", "the end of text inside a Huffman text",
      Said.headers(1, [0x00, 0x84, 0xff, 0xff, 0xff, 0xff, 0x01, 0x61]), compressionError),
    ConformanceCase("HPACK 6.1", "index 0", Said.headers(1, [0x80]), compressionError),
    ConformanceCase(
      "HPACK 6.3", "a table size above the limit", Said.headers(1, [0x3f, 0xe2, 0x1f]),
      compressionError),
  ]

  @Test(arguments: messages + packing)
  func `fields and their packing`(_ test: ConformanceCase) {
    #expect(test.actualOutcome() == test.outcome)
  }
}
