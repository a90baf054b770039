internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix
package import RPC

/// A server of the REST-JSON protocol, listening.
package final class AWSServer: Sendable {
  /// The port it listens on.
  package let port: Int
  private let group: MultiThreadedEventLoopGroup
  private let running: Task<Void, any Error>
  private let stop: @Sendable () async -> Void
  private let gracePeriod: Duration

  private init(
    port: Int, group: MultiThreadedEventLoopGroup, running: Task<Void, any Error>,
    gracePeriod: Duration, stop: @escaping @Sendable () async -> Void
  ) {
    self.port = port
    self.group = group
    self.running = running
    self.gracePeriod = gracePeriod
    self.stop = stop
  }

  /// Listens on `host` and `port` (0: any free one) and answers what comes. One thread is enough: what an
  /// operation does happens on the service's own.
  ///
  /// - Parameter tls: the keys of its connections; nil speaks plain HTTP/1.1.
  package static func start(
    _ responder: Responder, host: String, port: Int, tls: TLSContext? = nil, logger: Logger
  ) async throws(BindError) -> AWSServer {
    guard let tls else {
      let http1 = HTTP1Channel(
        responder: { request, writer, channel in
          try await responder.respond(
            request, writer, Connection(channel: channel, isSecure: false))
        }, configuration: responder.limits.http1)
      return try await serve(http1, responder.limits, host, port, logger)
    }
    let secure = SecureChannel(tls: tls, responder: responder)
    return try await serve(secure, responder.limits, host, port, logger)
  }

  private static func serve(
    _ channel: some ServerChildChannel, _ limits: Limits, _ host: String, _ port: Int,
    _ logger: Logger
  ) async throws(BindError) -> AWSServer {
    guard (0...65_535).contains(port) else {
      throw .failed(host: host, port: port, reason: "a port is a number from 0 to 65535")
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let (ports, started) = AsyncThrowingStream<Int, any Error>.makeStream()
    // The daemon says itself what it listens on.
    var logger = logger
    logger.logLevel = max(logger.logLevel, .notice)
    let server = Server(
      childChannelSetup: channel,
      configuration: ServerConfiguration(
        address: .hostname(host, port: port),
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
      onServerRunning: { started.yield($0.localAddress?.port ?? port) },
      eventLoopGroup: group, logger: logger)
    let running = Task {
      do {
        try await server.run()
      } catch {
        started.finish(throwing: error)
        throw error
      }
    }
    do {
      for try await port in ports {
        return AWSServer(
          port: port, group: group, running: running, gracePeriod: limits.gracePeriod
        ) { try? await server.shutdownGracefully() }
      }
      throw CancellationError()
    } catch {
      try? await group.shutdownGracefully()
      throw BindError(error, host: host, port: port)
    }
  }

  /// Stops: listens no more, lets requests in flight finish, and closes. After `Limits.gracePeriod` those still
  /// open are cut off. Returns when all connections are closed.
  package func shutdownGracefully() async {
    let patience = Task { [running, gracePeriod] in
      do {
        try await Task.sleep(for: gracePeriod)
        // The listener is closed by now, so no connection waits to be served: SwiftNIO would trap at one that
        // is dropped (its issue 2813).
        running.cancel()
      } catch {
        // All have ended in time.
      }
    }
    await stop()
    _ = try? await running.value
    patience.cancel()
    try? await group.shutdownGracefully()
  }
}
