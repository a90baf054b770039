import Logging
import RPC

/// Serves `bench.Bench` on a free port of this machine until it is killed; with TLS if it is told a
/// certificate, its key and perhaps the authority of its clients.
@main struct RPCBenchServer {
  private static let methods: [String: Method] = [
    "/bench.Bench/Count": .immediate { request, _ throws(RPCStatus) in
      Sample.total(try countReadings(of: request))
    },
    "/bench.Bench/CountInTask": .unary { request, _ throws(RPCStatus) in
      Sample.total(try countReadings(of: request))
    },
    "/bench.Bench/CountAll": .clientStreaming { requests, _ throws(RPCStatus) in
      var count: UInt64 = 0
      while let request = try await requests.next() {
        count += try countReadings(of: request)
      }
      return Sample.total(count)
    },
  ]

  private static func countReadings(of request: [UInt8]) throws(RPCStatus) -> UInt64 {
    do { return try Sample.countReadings(of: request) } catch {
      throw RPCStatus(.invalidArgument, "malformed sample")
    }
  }

  static func main() async throws {
    let logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
    let files = CommandLine.arguments.dropFirst()
    var tls: TLSContext?
    if let certificate = files.first, let key = files.dropFirst().first {
      let authority = files.dropFirst(2).first
      tls = try TLSContext(
        TLSFiles(certificateChain: certificate, privateKey: key, clientAuthorities: authority))
    }
    let server = RPCServer(methods: methods, tls: tls, logger: logger)
    let running = try await server.start(host: "127.0.0.1", port: 0, threads: 1)
    logger.notice("listening on 127.0.0.1:\(running.port)")
    try await Task.sleep(for: .seconds(1 << 30))
  }
}
