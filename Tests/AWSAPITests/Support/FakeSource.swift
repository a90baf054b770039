import NIOCore
import NIOPosix
import Synchronization

/// A server that answers every request with the same bytes, or with none, and counts them.
final class FakeSource: Sendable {
  let requests: RequestCount
  let port: Int

  private init(_ requests: RequestCount, port: Int) {
    self.requests = requests
    self.port = port
  }

  /// Serves for the time of `body`. `answer` is a whole answer of HTTP/1.1; nil never answers.
  static func run(
    _ answer: String?, _ body: (FakeSource) async throws -> Void
  ) async throws {
    let requests = RequestCount()
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Answering(answer, requests))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    defer { listener.close(promise: nil) }
    try await body(FakeSource(requests, port: listener.localAddress?.port ?? 0))
  }
}

/// How many requests have come.
final class RequestCount: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .relaxed) }

  func increment() { count.add(1, ordering: .relaxed) }
}

/// Answers each read: the requests here come whole.
private final class Answering: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answer: String?
  private let requests: RequestCount

  init(_ answer: String?, _ requests: RequestCount) {
    self.answer = answer
    self.requests = requests
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    requests.increment()
    guard let answer else { return }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
  }
}
