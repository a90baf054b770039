import AWSAPI
import NIOCore
import RPC
import Synchronization
import Testing

/// Every limit of the face. A test that would hang is ended by its time limit.
@Suite(.timeLimit(.minutes(1))) struct LimitsTests {
  private static func limits(_ change: (inout AWSAPI.Limits) -> Void) -> AWSAPI.Limits {
    var limits = AWSAPI.Limits()
    change(&limits)
    return limits
  }

  @Test func `A body of bodyBytes is read, and a longer one is not`() async throws {
    try await TestServer.run(limits: Self.limits { $0.bodyBytes = 100 }) { server in
      let longest = "{" + String(repeating: " ", count: 98) + "}"
      let taken = try await server.exchange("POST", "/security-profiles/p", longest)
      #expect(taken.hasPrefix("HTTP/1.1 200 "))
      let refused = try await server.exchange("POST", "/security-profiles/p", longest + " ")
      #expect(refused.hasPrefix("HTTP/1.1 413 "))
      #expect(refused.contains("x-amzn-ErrorType: RequestEntityTooLargeException"))
      #expect(refused.hasSuffix(#"{"message":"the body is over 100 bytes"}"#))
    }
  }

  @Test func `Bodies of heldBytes together are held, and the memory is given back`() async throws {
    let limits = Self.limits {
      $0.heldBytes = 10
      $0.bodyBytes = 8
    }
    try await TestServer.run(limits: limits) { server in
      try await server.connected { inbound, outbound in
        var answers = inbound.makeAsyncIterator()
        let head = "POST /things/a HTTP/1.1\r\nhost: h\r\ncontent-length: 8\r\n\r\n"
        try await outbound.write(ByteBuffer(string: head + "{     "))
        // Until the first six bytes are held, the others are taken.
        var refused = ""
        while !refused.hasPrefix("HTTP/1.1 503 ") {
          refused = try await server.exchange("POST", "/things/b", "{     }")
        }
        #expect(refused.contains("x-amzn-ErrorType: ServiceUnavailableException"))
        try await outbound.write(ByteBuffer(string: " }"))
        let answer = try #require(try await answers.next())
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 200 "))
      }
      // Whatever was refused has given back what it held.
      for _ in 0..<10 {
        let answer = try await server.exchange("POST", "/things/b", "{      }")
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
      }
    }
  }

  @Test func `More than headerBytes or headerFields of header are refused`() async throws {
    let limits = Self.limits {
      $0.headerBytes = 1000
      $0.headerFields = 20
    }
    try await TestServer.run(limits: limits) { server in
      let field = "x: " + String(repeating: "y", count: 700)
      let taken = try await server.exchange("GET", "/security-profiles", fields: [field])
      #expect(taken.hasPrefix("HTTP/1.1 200 "))
      for fields in [[field, field], (0..<19).map { "x\($0): y" }] {
        let refused = try await server.exchange("GET", "/security-profiles", fields: fields)
        #expect(refused.hasPrefix("HTTP/1.1 400 "))
      }
    }
  }

  @Test func `A connection past the limit waits until another has ended`() async throws {
    let head = ByteBuffer(string: "GET /security-profiles HTTP/1.1\r\nhost: h\r\n\r\n")
    try await TestServer.run(limits: Self.limits { $0.connections = 1 }) { server in
      let flag = Flag()
      let other = try await server.connected { inbound, outbound in
        var answers = inbound.makeAsyncIterator()
        try await outbound.write(head)
        _ = try await answers.next()
        let other = Task {
          let answer = try await server.exchange("GET", "/security-profiles")
          flag.isSet.store(true, ordering: .relaxed)
          return answer
        }
        for _ in 0..<50 {
          try await outbound.write(head)
          _ = try await answers.next()
        }
        let isAnswered = flag.isSet.load(ordering: .relaxed)
        #expect(!isAnswered)
        return other
      }
      let answer = try await other.value
      #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test func `A connection without a request is closed after idleTimeout`() async throws {
    let limits = Self.limits { $0.idleTimeout = .milliseconds(50) }
    try await TestServer.run(limits: limits) { server in
      let silence = try await server.exchange(bytes: "")
      #expect(silence == "")
      let half = try await server.exchange(bytes: "GET /security-profiles HTTP/1.1\r\nho")
      #expect(half == "")
    }
  }

  @Test func `A body that takes longer than requestTimeout ends the connection`() async throws {
    let limits = Self.limits { $0.requestTimeout = .milliseconds(50) }
    try await TestServer.run(limits: limits) { server in
      let answer = try await server.exchange(
        bytes: "POST /security-profiles/p HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{")
      #expect(answer == "")
    }
  }

  @Test func `A client without a TLS handshake is cut off after handshakeTimeout`() async throws {
    let limits = Self.limits { $0.handshakeTimeout = .milliseconds(50) }
    let keys = try SelfSigned()
    let tls = try TLSContext(keys.files, protocols: ["h2", "http/1.1"])
    try await TestServer.run(limits: limits, tls: tls) { server in
      let silence = try await server.exchange(bytes: "")
      #expect(silence == "")
    }
    withExtendedLifetime(keys) {}
  }

  @Test func `At a stop a request that is not complete has gracePeriod to come`() async throws {
    let limits = Self.limits { $0.gracePeriod = .milliseconds(50) }
    try await TestServer.run(limits: limits) { server in
      try await server.connected { inbound, outbound in
        try await outbound.write(
          ByteBuffer(
            string: "POST /security-profiles/p HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\n{"))
        // Another request has been answered: the server has the first one's head.
        _ = try await server.exchange("GET", "/security-profiles")
        await server.server.shutdownGracefully()
      }
    }
  }
}

/// Whether something has happened.
private final class Flag: Sendable {
  let isSet = Atomic(false)
}
