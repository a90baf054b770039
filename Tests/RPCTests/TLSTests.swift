import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import RPC

/// Servers that speak TLS, on real sockets. A test that would hang is ended by its time limit.
@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Answers with the names that the client's certificate has.
  private static let methods: [String: Method] = [
    "/t.T/Names": .unary { _, context in
      guard let certificate = context.certificate else { return Array("none".utf8) }
      let names =
        [certificate.subject] + certificate.dnsNames + certificate.uris
      return Array(names.joined(separator: " ").utf8)
    },
    "/t.T/Echo": .bidirectional { requests, responses, _ throws(RPCStatus) in
      while let request = try await requests.next() { try await responses.send(request) }
    },
  ]

  private static func start(
    _ tls: TLSContext, _ change: (inout Limits) -> Void = { _ in }
  ) async throws -> RunningServer {
    var limits = Limits()
    limits.goAwayDelay = .milliseconds(10)
    change(&limits)
    return try await RPCServer(methods: methods, limits: limits, tls: tls, logger: logger)
      .start(host: "127.0.0.1", port: 0, threads: 1)
  }

  private static func names(_ server: RunningServer, _ tls: NIOSSLContext) async throws -> String {
    let client = try await SocketClient.connect(port: server.port, tls: tls)
    let messages = try await client.call("/t.T/Names", []).messages
    try await client.close()
    return String(decoding: messages.first ?? [], as: UTF8.self)
  }

  @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
  func `calls go through TLS`(version: TLSVersion) async throws {
    let authority = try Authority()
    let server = try await Self.start(
      TLSContext(authority.issue("server", dns: ["localhost"])))
    #expect(try await Self.names(server, authority.client(version: version)) == "none")

    let client = try await SocketClient.connect(
      port: server.port, tls: authority.client(version: version))
    let stream = try await client.perform { client in
      let stream = client.open("/t.T/Echo")
      for index in 0..<50 {
        client.send([UInt8](repeating: UInt8(index), count: 30_000), on: stream, end: index == 49)
      }
      return stream
    }
    let response = try await client.response(on: stream)
    #expect(response.messages == (0..<50).map { [UInt8](repeating: UInt8($0), count: 30_000) })
    #expect(response.status == "0")
    await server.shutdownGracefully()
  }

  @Test func `the names of a client's certificate reach the handler`() async throws {
    let authority = try Authority()
    var files = try authority.issue("server", dns: ["localhost"])
    files.clientAuthorities = authority.path
    let server = try await Self.start(TLSContext(files))
    let workload = try authority.issue("gateway", uris: ["spiffe://example.org/gateway/7"])
    #expect(
      try await Self.names(server, authority.client(showing: workload))
        == "O=Example,CN=gateway spiffe://example.org/gateway/7")
    let host = try authority.issue("host", dns: ["a.example.org", "b.example.org"])
    #expect(
      try await Self.names(server, authority.client(showing: host))
        == "O=Example,CN=host a.example.org b.example.org")
    await server.shutdownGracefully()
  }

  @Test func `whoever shows no trusted certificate is refused`() async throws {
    let (authority, other) = (try Authority(), try Authority("Other"))
    var files = try authority.issue("server", dns: ["localhost"])
    files.clientAuthorities = authority.path
    let server = try await Self.start(TLSContext(files))
    let refused = [
      nil, try other.issue("stranger"), try authority.issue("expired", expiry: -3600),
    ]
    for shown in refused {
      let tls = try authority.client(showing: shown)
      await #expect(throws: (any Error).self) { try await Self.names(server, tls) }
    }
    let known = try authority.issue("known")
    #expect(
      try await Self.names(server, authority.client(showing: known)) == "O=Example,CN=known")
    await server.shutdownGracefully()
  }

  @Test func `a certificate may be optional, but not a false one`() async throws {
    let (authority, other) = (try Authority(), try Authority("Other"))
    var files = try authority.issue("server", dns: ["localhost"])
    files.clientAuthorities = authority.path
    files.requiresClientCertificate = false
    let server = try await Self.start(TLSContext(files))
    #expect(try await Self.names(server, authority.client()) == "none")
    let known = try authority.issue("known")
    #expect(
      try await Self.names(server, authority.client(showing: known)) == "O=Example,CN=known")
    let stranger = try authority.client(showing: other.issue("stranger"))
    await #expect(throws: (any Error).self) { try await Self.names(server, stranger) }
    await server.shutdownGracefully()
  }

  @Test func `who offers no HTTP/2, speaks no TLS or dawdles is hung up on`() async throws {
    let authority = try Authority()
    let server = try await Self.start(
      TLSContext(authority.issue("server", dns: ["localhost"]))
    ) { $0.handshakeTimeout = .milliseconds(200) }
    for protocols in [[], ["http/1.1"]] {
      let tls = try authority.client(protocols: protocols)
      await #expect(throws: (any Error).self) { try await Self.names(server, tls) }
    }
    let plain = try await SocketClient.connect(port: server.port)
    try await plain.closed()
    let silent = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: server.port).get()
    try await silent.closeFuture.get()
    #expect(try await Self.names(server, authority.client()) == "none")
    await server.shutdownGracefully()
  }

  @Test func `TLS before 1.2 is refused`() async throws {
    let authority = try Authority()
    let server = try await Self.start(TLSContext(authority.issue("server", dns: ["localhost"])))
    let old = try authority.client(version: .tlsv11)
    await #expect(throws: (any Error).self) { try await Self.names(server, old) }
    await server.shutdownGracefully()
  }

  @Test func `keys are replaced while calls go on`() async throws {
    let (authority, next) = (try Authority(), try Authority("Next"))
    let files = try authority.issue("server", dns: ["localhost"])
    let tls = try TLSContext(files)
    let server = try await Self.start(tls)
    let client = try await SocketClient.connect(port: server.port, tls: authority.client())
    #expect(try await client.call("/t.T/Names", []).status == "0")

    let new = try next.issue("server", dns: ["localhost"])
    try Authority.copy(new.certificateChain, over: files.certificateChain)
    try Authority.copy(new.privateKey, over: files.privateKey)
    try tls.reload()
    let old = try authority.client()
    #expect(try await Self.names(server, next.client()) == "none")
    await #expect(throws: (any Error).self) { try await Self.names(server, old) }
    #expect(try await client.call("/t.T/Names", []).status == "0")
    await server.shutdownGracefully()
  }

  @Test func `keys that cannot be used leave the old ones in use, and the file is named`()
    async throws
  {
    let authority = try Authority()
    let files = try authority.issue("server", dns: ["localhost"])
    let tls = try TLSContext(files)
    let server = try await Self.start(tls)
    let expiry = tls.expiry

    // A key that does not belong to the certificate.
    try Authority.copy(authority.issue("other").privateKey, over: files.privateKey)
    #expect(throws: TLSError.self) { try tls.reload() }
    try authority.write("server.pem", "nothing")
    let error = #expect(throws: TLSError.self) { try tls.reload() }
    #expect(error?.description.contains("server.pem") == true)
    #expect(tls.expiry == expiry)
    #expect(try await Self.names(server, authority.client()) == "none")
    await server.shutdownGracefully()
  }

  @Test func `a graceful stop lets calls behind TLS finish`() async throws {
    let authority = try Authority()
    let server = try await Self.start(TLSContext(authority.issue("server", dns: ["localhost"])))
    let client = try await SocketClient.connect(port: server.port, tls: authority.client())
    let stream = try await client.perform { client in
      let stream = client.open("/t.T/Echo")
      client.send([1], on: stream, end: false)
      return stream
    }
    while try await client.perform({ $0.responses[stream]?.messages.count }) != 1 {
      try await Task.sleep(for: .milliseconds(5))
    }
    async let stopped: Void = server.shutdownGracefully()
    while try await client.perform({ $0.goAways.count }) < 2 {
      try await Task.sleep(for: .milliseconds(5))
    }
    _ = try await client.perform { $0.send([2], on: stream, end: true) }
    #expect(try await client.response(on: stream).messages == [[1], [2]])
    await stopped
    try await client.closed()
  }
}
