import NIOCore
import NIOPosix
import Synchronization

/// A server that listens.
package final class RunningServer: Sendable {
  /// The port it listens on.
  package let port: Int

  private let listener: any Channel
  private let connections: OpenConnections
  private let group: MultiThreadedEventLoopGroup
  private let gracePeriod: Duration
  private let isStopping = Mutex(false)

  init(
    port: Int, listener: any Channel, connections: OpenConnections,
    group: MultiThreadedEventLoopGroup, gracePeriod: Duration
  ) {
    self.port = port
    self.listener = listener
    self.connections = connections
    self.group = group
    self.gracePeriod = gracePeriod
  }

  /// Stops: listens no more, tells every client, lets calls in flight finish, and closes. After
  /// `Limits.gracePeriod` the calls still open are cancelled with UNAVAILABLE. Returns when all
  /// connections are closed and every handler has ended. To be called once; a second call returns
  /// at once.
  package func shutdownGracefully() async {
    let isFirst = isStopping.withLock { isStopping in
      defer { isStopping = true }
      return !isStopping
    }
    guard isFirst else { return }
    try? await listener.close()
    connections.send(.gracefully)
    let patience = Task { [connections, gracePeriod] in
      do {
        try await Task.sleep(for: gracePeriod)
        connections.send(.now)
      } catch {
        // Cancelled: all have ended in time.
      }
    }
    await connections.allEnded()
    patience.cancel()
    try? await group.shutdownGracefully()
  }
}
