import AWSAPI
import Detect
import DeviceDocuments
import Dispatch
import Logging
import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

/// A server of its own on a service in memory, whose clock a test sets. Requests are written and answers read
/// as bytes on a socket, so that tests see what a client sees.
final class TestServer: Sendable {
  let service: DetectService
  let server: AWSServer
  private let clock: TestClock

  private init(service: DetectService, server: AWSServer, clock: TestClock) {
    self.service = service
    self.server = server
    self.clock = clock
  }

  /// Milliseconds since the epoch, for the service.
  var now: Int64 {
    get { clock.now.load(ordering: .relaxed) }
    set { clock.now.store(newValue, ordering: .relaxed) }
  }

  /// Starts a server for the time of `body`.
  static func run(
    limits: AWSAPI.Limits = AWSAPI.Limits(), gate: Gate? = nil, tls: TLSContext? = nil,
    _ body: (TestServer) async throws -> Void
  ) async throws {
    let clock = TestClock()
    let service = try DetectService(
      store: MemoryStore(), settings: Settings(),
      workers: Workers(
        engine: SerialQueue("engine"), writer: SerialQueue("writer"),
        reader: SerialQueue("reader")),
      clock: { clock.now.load(ordering: .relaxed) }, identifiers: { "an-identifier" },
      onFault: { error in Issue.record(error) })
    let responder = Responder(
      router: Router(
        service: service, devices: DeviceReporting(service: service) { _, _ in },
        logFailure: { Issue.record("internal failure: \($0)") }),
      gate: gate, limits: limits, identifiers: { "a-request" })
    let server = try await AWSServer.start(
      responder, host: "127.0.0.1", port: 0, tls: tls, logger: Logger(label: "test"))
    let test = TestServer(service: service, server: server, clock: clock)
    do {
      try await body(test)
    } catch {
      await server.shutdownGracefully()
      throw error
    }
    await server.shutdownGracefully()
  }

  /// Sends a request and returns the whole answer, as it came.
  func exchange(
    _ method: String, _ target: String, _ body: String = "", fields: [String] = []
  ) async throws -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "host: localhost", "connection: close"] + fields
    if !body.isEmpty { lines.append("content-length: \(body.utf8.count)") }
    return try await exchange(bytes: lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Sends bytes and returns what comes until the connection is closed.
  func exchange(bytes: String) async throws -> String {
    try await connected { inbound, outbound in
      // A server that has closed the connection already is seen by what it has sent.
      try? await outbound.write(ByteBuffer(string: bytes))
      return try await self.text(of: inbound)
    }
  }

  /// What comes until the connection is closed.
  func text(of inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> String {
    var text = ""
    for try await part in inbound { text += String(buffer: part) }
    return text
  }

  /// A connection for the time of `body`.
  func connected<Result: Sendable>(
    _ body:
      @Sendable @concurrent (
        NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>
      ) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: server.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose(body)
  }
}

/// A clock that stands.
final class TestClock: Sendable {
  let now = Atomic<Int64>(1_700_000_000_500)
}

/// A worker of the service.
struct SerialQueue: Worker {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: @escaping @Sendable () -> Void) { queue.async(execute: job) }

  func enqueue(after milliseconds: Int64, _ job: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds)), execute: job)
  }
}
