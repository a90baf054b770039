import AWSAPI
import Detect
import NIOCore
import Testing

/// How members get from the path, the query and the body to the domain, and what is refused on the way.
@Suite struct BindingTests {
  private static func refusal(
    _ server: TestServer, _ method: String, _ target: String, _ body: String = ""
  ) async throws -> String? {
    let answer = try await server.exchange(method, target, body)
    guard answer.hasPrefix("HTTP/1.1 400 "),
      answer.contains("\r\nx-amzn-ErrorType: InvalidRequestException\r\n")
    else { return nil }
    return answer.split(separator: "\r\n\r\n").last.map(String.init)
  }

  @Test(arguments: [
    ("GET", "/"), ("GET", "/nothing"), ("GET", "/security-profiles/"), ("PUT", "/things/a"),
    ("GET", "/security-profiles/a/b"), ("HEAD", "/things"), ("OPTIONS", "*"), ("GET", "//things"),
  ])
  func `What is no operation is unknown`(method: String, target: String) async throws {
    try await TestServer.run { server in
      let answer = try await server.exchange(method, target)
      #expect(answer.hasPrefix("HTTP/1.1 404 "))
      #expect(answer.contains("x-amzn-ErrorType: UnknownOperationException"))
    }
  }

  @Test(arguments: [
    ("/violation-events?startTime=x&endTime=1", "startTime should be a time"),
    ("/violation-events?startTime=2026-13-01T00:00:00Z&endTime=1", "startTime should be a time"),
    ("/violation-events?startTime=1e300&endTime=1", "startTime should be a time"),
    ("/violation-events?startTime=nan&endTime=1", "startTime should be a time"),
    ("/violation-events?startTime=0", "endTime is required"),
    ("/active-violations?maxResults=ten", "maxResults should be an integer"),
    ("/active-violations?maxResults=", "maxResults should be an integer"),
    ("/active-violations?maxResults=99999999999999999999", "maxResults should be an integer"),
    ("/active-violations?listSuppressedAlerts=1", "listSuppressedAlerts should be true or false"),
    ("/active-violations?verificationState=unknown", "verificationState should be one of"),
    ("/active-violations?thingName=a&thingName=b", "thingName is in the query twice"),
    ("/active-violations?thingName=%F", "has no two digits behind it"),
    ("/active-violations?thingName=%ff", "is not UTF-8"),
    ("/active-violations?thingName=a%00b", "without U+0000"),
    ("/things/%zz", "has no two digits behind it"),
  ])
  func `A malformed member of the URI is named`(target: String, reason: String) async throws {
    try await TestServer.run { server in
      let message = try await Self.refusal(server, "GET", target)
      #expect(message?.contains(reason) == true)
    }
  }

  @Test(arguments: [
    "2023-11-14T22:13:20.5Z", "2023-11-14T22:13:20.500000Z", "1700000000.5",
    "2023-11-14T22%3A13%3A20.500Z", "2023-11-14T23:13:20.5%2B01:00",
  ])
  func `A time may be written in many ways`(text: String) async throws {
    try await TestServer.run { server in
      // Retained values are listed from their time on, and an empty range is refused as such.
      let answer = try await server.exchange(
        "GET", "/violation-events?startTime=\(text)&endTime=1700000000.499")
      #expect(answer.contains("startTime should not be after endTime"))
      let equal = try await server.exchange(
        "GET", "/violation-events?startTime=\(text)&endTime=1700000000.5")
      #expect(equal.hasSuffix(#"{"violationEvents":[]}"#))
    }
  }

  @Test(arguments: [
    ("{", "the body is not JSON"), ("[]", "the body should be an object"),
    ("\"x\"", "the body should be an object"), ("5", "the body should be an object"),
    (#"{"behaviors":{}}"#, "behaviors should be a list"),
    (#"{"behaviors":[5]}"#, "behaviors[0] should be an object"),
    (#"{"behaviors":[{"name":true}]}"#, "behaviors[0].name should be a string"),
    (#"{"behaviors":[{"suppressAlerts":"true"}]}"#, "suppressAlerts should be true or false"),
    (
      #"{"behaviors":[{"criteria":{"durationSeconds":"300"}}]}"#,
      "behaviors[0].criteria.durationSeconds should be an integer"
    ),
    (
      #"{"behaviors":[{"criteria":{"value":{"count":1,"ports":[1]}}}]}"#,
      "behaviors[0].criteria.value should have one member"
    ),
    (#"{"alertTargets":{"SNS":[]}}"#, "alertTargets.SNS should be an object"),
    ("\u{0}", "the body is not JSON"), ("\u{feff}{\"tags\":1}", ""),
    (#"{"tags":[{"Key":"k","Value":"a\u0000"}]}"#, "texts should be without U+0000"),
    (#"{"securityProfileDescription":"\ud800"}"#, ""),
    (#"{"behaviors":[{"criteria":{"value":{"number":1e400}}}]}"#, "does not fit its member"),
    (#"{"behaviors":[{"criteria":{"durationSeconds":1.5}}]}"#, "does not fit its member"),
    (
      #"{"behaviors":[{"criteria":{"value":{"count":9223372036854775808}}}]}"#,
      "does not fit its member"
    ),
  ])
  func `A malformed body is named by its place`(body: String, reason: String) async throws {
    try await TestServer.run { server in
      let message = try await Self.refusal(server, "POST", "/security-profiles/p", body)
      let isNamed = message.map { reason.isEmpty || $0.contains(reason) } ?? false
      #expect(isNamed, "\(message ?? "no refusal")")
    }
  }

  @Test func `A body nested without end ends in a refusal`() async throws {
    try await TestServer.run { server in
      let deep = String(repeating: "[", count: 100_000)
      let message = try await Self.refusal(server, "POST", "/security-profiles/p", deep)
      #expect(message?.contains("the body is not JSON") == true)
    }
  }

  @Test func `Unknown members and null are nothing`() async throws {
    try await TestServer.run { server in
      let answer = try await server.exchange(
        "POST", "/things/a?unknown=1", #"{"unknown":[{}],"thingTypeName":null}"#)
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
      let thing = try await server.exchange("GET", "/things/a")
      #expect(
        thing.hasSuffix(
          #"{"attributes":{},"defaultClientId":"a","thingArn":"#
            + #""arn:aws:iot:us-east-1:000000000000:thing/a","thingId":"an-identifier","#
            + #""thingName":"a","version":1}"#))
    }
  }

  @Test func `A backslash before u0000 is a backslash`() async throws {
    try await TestServer.run { server in
      let tags = #"{"tags":[{"Key":"k","Value":"a\\u0000\\"}]}"#
      let answer = try await server.exchange("POST", "/security-profiles/p", tags)
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test func `An empty answer is an empty object`() async throws {
    try await TestServer.run { server in
      let answer = try await server.exchange("DELETE", "/things/a")
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("\r\n\r\n{}"))
    }
  }

  @Test(arguments: ["content-length: 2\r\n\r\n", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"])
  func `A client that goes away in the middle of a body has asked for nothing`(
    rest: String
  ) async throws {
    try await TestServer.run { server in
      try await server.connected { _, outbound in
        try await outbound.write(
          ByteBuffer(string: "POST /things/half HTTP/1.1\r\nhost: h\r\n" + rest))
      }
      // When it returns no request is under way any more.
      await server.server.shutdownGracefully()
      await #expect(throws: DetectError.notFound("thing half does not exist")) {
        try await server.service.perform(DescribeThing(thingName: "half"))
      }
    }
  }

  @Test func `One connection carries many requests`() async throws {
    try await TestServer.run { server in
      let request = "GET /things HTTP/1.1\r\nhost: h\r\n"
      let answer = try await server.exchange(
        bytes: request + "\r\n" + request + "\r\n" + request + "connection: close\r\n\r\n")
      #expect(answer.matches(of: /\{"things":\[\]\}/).count == 3)
    }
  }
}
