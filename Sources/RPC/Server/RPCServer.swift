package import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// A gRPC server: methods by path, and the limits they are served under.
package struct RPCServer: Sendable {
  /// Handlers by path: "/package.Service/Method".
  package let methods: [String: Method]
  /// The limits this server keeps.
  package let limits: Limits
  /// The keys of its connections; nil speaks plain HTTP/2.
  package let tls: TLSContext?
  private let logger: Logger
  private let gate: CallGate?
  private let denials: QuietLog
  private let load: ServerLoad

  /// A server that is not listening yet.
  package init(
    methods: [String: Method], limits: Limits = Limits(), tls: TLSContext? = nil,
    gate: CallGate? = nil, logger: Logger
  ) {
    self.methods = methods
    self.limits = limits
    self.tls = tls
    self.logger = logger
    self.gate = gate
    let denials = QuietLog(logger)
    self.denials = denials
    load = ServerLoad(limits: limits) { denials.info("call refused", $0) }
  }

  /// Listens on `host` and `port` (0: any free one) and serves until the result is shut down, on
  /// `threads` event loops (nil: one for each core).
  package func start(
    host: String, port: Int, threads: Int? = nil
  ) async throws(BindError) -> RunningServer {
    guard (0...65_535).contains(port) else {
      throw .failed(host: host, port: port, reason: "a port is a number from 0 to 65535")
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: threads ?? System.coreCount)
    let connections = OpenConnections(limit: limits.maxConnections)
    do {
      let listener = try await bootstrap(group, connections).bind(host: host, port: port).get()
      return RunningServer(
        port: listener.localAddress?.port ?? port, listener: listener, connections: connections,
        group: group, gracePeriod: limits.gracePeriod)
    } catch {
      try? await group.shutdownGracefully()
      throw BindError(error, host: host, port: port)
    }
  }

  private func bootstrap(
    _ group: MultiThreadedEventLoopGroup, _ connections: OpenConnections
  ) -> ServerBootstrap {
    let executors = Dictionary(
      uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), LoopExecutor($0)) })
    let methods = MethodTable(self.methods)
    let unwritten = ChannelOptions.Types.WriteBufferWaterMark(
      low: limits.maxUnwrittenBytes / 2, high: limits.maxUnwrittenBytes)
    return ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(
          minimum: 1 << 10, initial: 2 << 10, maximum: 64 << 10)
      )
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.writeBufferWaterMark, value: unwritten)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let executor = executors[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a channel on a loop of another group")
          }
          try self.serve(channel, methods, executor, connections)
        }
      }
  }

  private func serve(
    _ channel: any Channel, _ methods: MethodTable, _ executor: LoopExecutor,
    _ connections: OpenConnections
  ) throws {
    guard connections.admit(channel) else {
      logger.warning("connection refused", metadata: ["limit": "\(limits.maxConnections)"])
      throw ConnectionRefused()
    }
    let onEnd = { connections.remove(channel) }
    let makeHandler = { [self] (certificate: PeerCertificate?) in
      let connection = Connection(
        methods: methods, limits: limits, peer: channel.remoteAddress?.peer ?? "",
        certificate: certificate, gate: gate, load: load, loop: executor)
      return ConnectionHandler(connection, limits: limits, logger: logger, onEnd: onEnd)
    }
    do {
      let pipeline = channel.pipeline.syncOperations
      if let tls {
        try pipeline.addHandler(NIOSSLServerHandler(context: tls.current))
        try pipeline.addHandler(
          HandshakeHandler(
            timeout: limits.handshakeTimeout, denials: denials, onEnd: onEnd,
            makeConnectionHandler: makeHandler))
      } else {
        try pipeline.addHandler(makeHandler(nil))
      }
    } catch {
      onEnd()
      throw error
    }
  }
}

/// Closes a channel that is one too many.
private struct ConnectionRefused: Error {}

extension SocketAddress {
  /// Address and port as they are written in a URL.
  var peer: String? {
    guard let ipAddress, let port else { return nil }
    return self.protocol == .inet6 ? "[\(ipAddress)]:\(port)" : "\(ipAddress):\(port)"
  }
}
