import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging

/// The peer in Swift: grpc-swift-2 with its NIO transport. Serves `bench.Bench` on a free port of this
/// machine until it is killed.
@main struct GRPCSwiftServer {
  static func main() async throws {
    let logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
    let server = GRPCServer(transport: transport, services: [Bench()])
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      if let port = try await transport.listeningAddress.ipv4?.port {
        logger.notice("listening on 127.0.0.1:\(port)")
      }
    }
  }
}

/// Its messages are decoded and encoded by the code that `Sources/RPC` is measured with, which takes
/// less time than swift-protobuf's.
struct Bench: RegistrableRPCService {
  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    let service = ServiceDescriptor(fullyQualifiedService: "bench.Bench")
    router.registerHandler(
      forMethod: MethodDescriptor(service: service, method: "Count"),
      deserializer: SampleReader(), serializer: TotalWriter()
    ) { request, _ in
      let request = try await ServerRequest(stream: request)
      return StreamingServerResponse(single: ServerResponse(message: request.message))
    }
    router.registerHandler(
      forMethod: MethodDescriptor(service: service, method: "CountAll"),
      deserializer: SampleReader(), serializer: TotalWriter()
    ) { request, _ in
      var total: UInt64 = 0
      for try await count in request.messages { total += count }
      return StreamingServerResponse(single: ServerResponse(message: total))
    }
  }
}

/// Reads how many readings a sample has.
struct SampleReader: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> UInt64 {
    try bytes.withUnsafeBytes { try Sample.countReadings(of: Array($0)) }
  }
}

/// Writes a total.
struct TotalWriter: MessageSerializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ total: UInt64) throws -> Bytes {
    Bytes(Sample.total(total))
  }
}
