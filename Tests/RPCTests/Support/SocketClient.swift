import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import RPC

/// A test client on a TCP connection, on an event loop of its own process-wide group.
struct SocketClient: Sendable {
  private let channel: any Channel
  private let handler: NIOLoopBound<Handler>

  /// Connects. With `readsAtAll` off it sends and never reads, as a stuck peer does.
  static func connect(
    port: Int, windowBytes: UInt32 = 1 << 20, readsAtAll: Bool = true, tls: NIOSSLContext? = nil
  ) async throws -> SocketClient {
    let (channel, handler) = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.autoRead, value: readsAtAll)
      .channelOption(.socketOption(.so_rcvbuf), value: readsAtAll ? 1 << 20 : 4 << 10)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = Handler(TestClient(windowBytes: windowBytes))
          if let tls {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
          }
          try channel.pipeline.syncOperations.addHandler(handler)
          return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
      }
    return SocketClient(channel: channel, handler: handler)
  }

  /// Runs `body` with the client on its loop, then sends what it wants to send.
  func perform<Result: Sendable>(
    _ body: @escaping @Sendable (TestClient) -> Result
  ) async throws -> Result {
    try await channel.eventLoop.submit {
      defer { handler.value.flush() }
      return body(handler.value.client)
    }.get()
  }

  /// The response of a stream, when the stream is closed.
  func response(on stream: Int32) async throws -> TestClient.Response {
    try await channel.eventLoop.flatSubmit { handler.value.response(on: stream, channel.eventLoop) }
      .get()
  }

  /// A unary call.
  func call(_ path: String, _ request: [UInt8]) async throws -> TestClient.Response {
    let stream = try await perform { client in
      let stream = client.open(path)
      client.send(request, on: stream, end: true)
      return stream
    }
    return try await response(on: stream)
  }

  /// Reads from now on.
  func readOn() async throws { try await channel.setOption(.autoRead, value: true).get() }

  func close() async throws { try await channel.close() }

  /// Returns when the connection is closed.
  func closed() async throws { try await channel.closeFuture.get() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let client: TestClient
    private var context: ChannelHandlerContext?
    private var promises: [Int32: EventLoopPromise<TestClient.Response>] = [:]

    init(_ client: TestClient) { self.client = client }

    func channelActive(context: ChannelHandlerContext) {
      self.context = context
      flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      client.receive(Array(unwrapInboundIn(data).readableBytesView))
      flush()
      for (stream, response) in client.responses where response.closedWith != nil {
        promises.removeValue(forKey: stream)?.succeed(response)
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      self.context = nil
      for promise in promises.values { promise.fail(ChannelError.eof) }
      promises = [:]
    }

    func response(
      on stream: Int32, _ eventLoop: any EventLoop
    ) -> EventLoopFuture<TestClient.Response> {
      let promise = eventLoop.makePromise(of: TestClient.Response.self)
      if let response = client.responses[stream], response.closedWith != nil {
        promise.succeed(response)
      } else if context == nil {
        promise.fail(ChannelError.eof)
      } else {
        promises[stream] = promise
      }
      return promise.futureResult
    }

    func flush() {
      let bytes = client.takeOutput()
      guard let context, !bytes.isEmpty else { return }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
  }
}
