import Logging
import RPC

/// Serves gRPC's test service on a free port of this machine until it is killed.
@main struct InteropServer {
  static func main() async throws {
    let logger = Logger(label: "interop") { StreamLogHandler.standardError(label: $0) }
    let server = RPCServer(methods: TestService.methods, logger: logger)
    let running = try await server.start(host: "127.0.0.1", port: 0, threads: 1)
    logger.notice("listening on 127.0.0.1:\(running.port)")
    try await Task.sleep(for: .seconds(1 << 30))
  }
}
