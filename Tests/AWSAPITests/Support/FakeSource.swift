import NIOCore
import NIOPosix
import Synchronization

/// A server that answers every request with the same bytes, or with none, and counts them.
final class FakeSource: Sendable {
  let requests = Atomic(0)
  let port: Int

  private let listener: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>

  private init(_ listener: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>) {
    self.listener = listener
    port = listener.channel.localAddress?.port ?? 0
  }

  /// Serves for the time of `body`. `answer` is a whole answer of HTTP/1.1; nil never answers.
  static func run(
    _ answer: String?, _ body: (FakeSource) async throws -> Void
  ) async throws {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let source = FakeSource(listener)
    let serving = Task { try await source.serve(answer) }
    do {
      try await body(source)
    } catch {
      serving.cancel()
      throw error
    }
    serving.cancel()
    _ = try? await serving.value
  }

  private func serve(_ answer: String?) async throws {
    try await listener.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in connections {
          group.addTask {
            try? await connection.executeThenClose { inbound, outbound in
              for try await _ in inbound {
                self.requests.add(1, ordering: .relaxed)
                if let answer { try await outbound.write(ByteBuffer(string: answer)) }
              }
            }
          }
        }
      }
    }
  }
}
