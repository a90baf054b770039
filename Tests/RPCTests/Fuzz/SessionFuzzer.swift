@testable import RPC

/// A connection with small limits, a client that says anything, and what must hold all the same.
enum SessionFuzzer {
  private static let limits = {
    var limits = Limits()
    limits.maxMessageBytes = 4 << 10
    limits.maxConcurrentStreams = 8
    limits.maxHeaderListBytes = 1 << 10
    limits.maxOverheadFrames = 200
    limits.streamWindowBytes = 8 << 10
    limits.connectionWindowBytes = 64 << 10
    limits.maxBufferedResponseBytes = 4 << 10
    limits.maxConnectionResponseBytes = 16 << 10
    return limits
  }()

  private static let methods: [String: Method] = [
    "/t.T/I": .immediate { request, _ in request },
    "/t.T/U": .unary { request, _ in request },
    "/t.T/S": .serverStreaming { _, responses, _ throws(RPCStatus) in
      for size in 0..<64 { try await responses.send([UInt8](repeating: 1, count: 16 * size)) }
    },
    "/t.T/C": .clientStreaming { requests, _ throws(RPCStatus) in
      var last: [UInt8] = []
      while let request = try await requests.next() { last = request }
      return last
    },
    "/t.T/B": .bidirectional { requests, responses, _ throws(RPCStatus) in
      while let request = try await requests.next() { try await responses.send(request) }
    },
  ]

  /// The first byte says how large the pieces are in which the others come.
  static func fault(_ input: [UInt8]) -> String? {
    guard let size = input.first else { return nil }
    let pair = Pair(methods, limits: limits)
    pair.server.begin()
    let bytes = RawFrame.preface + RawFrame.settings + input.dropFirst()
    var fault: String?
    for start in stride(from: 0, to: bytes.count, by: Int(size) + 1) where pair.failure == nil {
      pair.toServer(bytes[start..<min(start + Int(size) + 1, bytes.count)])
      pair.loop.turn()
      _ = pair.takeServerOutput()
      fault = fault ?? Self.fault(of: pair.server)
    }
    pair.loop.advance(by: limits.pulse)
    pair.server.lost()
    pair.loop.turn()
    if pair.server.runningCalls != 0 { return "\(pair.server.runningCalls) calls run on" }
    if pair.server.responseBytes != 0 { return "\(pair.server.responseBytes) bytes are kept" }
    return fault
  }

  private static func fault(of server: Connection) -> String? {
    let streams = server.session.openHandlers.count
    if streams > limits.maxConcurrentStreams { return "\(streams) streams" }
    // Each call may add its last response to what the connection may hold.
    let most =
      limits.maxConnectionResponseBytes
      + limits.maxConcurrentStreams
      * (limits.maxBufferedResponseBytes + limits.maxMessageBytes + 10)
    if server.responseBytes > most { return "\(server.responseBytes) bytes of responses" }
    return server.responseBytes < 0 ? "less than no responses" : nil
  }
}
