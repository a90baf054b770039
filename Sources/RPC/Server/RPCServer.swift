package import Logging

/// A gRPC server: methods by path, and the limits they are served under.
package struct RPCServer: Sendable {
  /// Handlers by path: "/package.Service/Method".
  package let methods: [String: Method]
  /// The limits this server keeps.
  package let limits: Limits
  private let logger: Logger

  /// A server that is not listening yet.
  package init(methods: [String: Method], limits: Limits = Limits(), logger: Logger) {
    self.methods = methods
    self.limits = limits
    self.logger = logger
  }

  /// Listens on `host` and `port` (0: any free one) and serves until the result is shut down, on
  /// `threads` event loops (nil: one for each core).
  package func start(
    host: String, port: Int, threads: Int? = nil
  ) async throws(BindError) -> RunningServer {
    throw .failed(host: host, port: port, reason: "not finished")
  }
}
