import Testing

/// What gateways post for devices.
@Suite struct DeviceReportTests {
  private static let json = "/things/lamp/defender/metrics/json"

  @Test func `A document is answered as the device would read it`() async throws {
    try await TestServer.run { server in
      let answer = try await server.exchange(
        "POST", Self.json, #"{"hed": {"rid": 7, "v": "1.0"}, "met": {}}"#)
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
      #expect(answer.contains("application/json"))
      #expect(
        answer.hasSuffix(
          #"{"reportId":7,"status":"ACCEPTED","thingName":"lamp","timestamp":\#(server.now)}"#))
    }
  }

  @Test func `A document that is none is rejected in its own format`() async throws {
    try await TestServer.run { server in
      let json = try await server.exchange("POST", Self.json, "{}")
      #expect(json.hasPrefix("HTTP/1.1 400 "))
      #expect(json.contains(#""ErrorMessage":"Malformed metrics report: header is missing""#))
      let cbor = try await server.exchange("POST", "/things/lamp/defender/metrics/cbor", "\u{60}")
      #expect(cbor.hasPrefix("HTTP/1.1 400 "))
      #expect(cbor.contains("application/cbor"))
      #expect(cbor.contains("Malformed metrics report: an object is needed"))
      let large = try await server.exchange(
        "POST", Self.json, String(repeating: " ", count: 128 << 10 + 1))
      #expect(large.hasPrefix("HTTP/1.1 413 "))
      #expect(large.contains(#""ErrorCode":"TooLarge""#))
    }
  }

  @Test(arguments: ["JSON", "xml", "json/accepted"])
  func `There are no other formats`(format: String) async throws {
    try await TestServer.run { server in
      let answer = try await server.exchange(
        "POST", "/things/lamp/defender/metrics/\(format)", "{}")
      #expect(answer.hasPrefix("HTTP/1.1 404 "))
    }
  }
}
