import RPC

/// `grpc.testing.TestService`, whose behavior gRPC's interop descriptions fix. UnimplementedCall is
/// left out, as they ask.
enum TestService {
  static let methods: [String: Method] = [
    "/grpc.testing.TestService/EmptyCall": .unary { _, _ in [] },
    // These see of each request whether it was compressed, so they take it as a stream of one.
    "/grpc.testing.TestService/UnaryCall": .clientStreaming(unaryCall),
    "/grpc.testing.TestService/CacheableUnaryCall": .clientStreaming(unaryCall),
    "/grpc.testing.TestService/StreamingInputCall": .clientStreaming(streamingInputCall),
    "/grpc.testing.TestService/StreamingOutputCall": .serverStreaming(streamingOutputCall),
    "/grpc.testing.TestService/FullDuplexCall": .bidirectional(fullDuplexCall),
    "/grpc.testing.TestService/HalfDuplexCall": .bidirectional(halfDuplexCall),
  ]

  @Sendable private static func unaryCall(
    _ requests: RequestStream, _ context: CallContext
  ) async throws(RPCStatus) -> [UInt8] {
    guard let message = try await requests.nextMessage() else {
      throw RPCStatus(.invalidArgument, "no request")
    }
    let request = try WireMessage(message.bytes)
    try check(message, isExpectedCompressed: request.message(8))
    try echoMetadata(context)
    try throwStatus(asked: request.message(7))
    if try request.message(6)?.number(1) == 1 { context.response.compression = .gzip }
    return response(size: request.number(2))
  }

  @Sendable private static func streamingInputCall(
    _ requests: RequestStream, _ context: CallContext
  ) async throws(RPCStatus) -> [UInt8] {
    var size = 0
    while let message = try await requests.nextMessage() {
      let request = try WireMessage(message.bytes)
      try check(message, isExpectedCompressed: request.message(2))
      size += try request.message(1)?.all(2).last?.count ?? 0
    }
    return WireMessage.encode(1, number: size)
  }

  @Sendable private static func streamingOutputCall(
    _ request: [UInt8], _ responses: ResponseStream, _ context: CallContext
  ) async throws(RPCStatus) {
    // The first response's header settles whether any may be compressed.
    context.response.compression = .gzip
    try await answer(WireMessage(request), responses)
  }

  @Sendable private static func fullDuplexCall(
    _ requests: RequestStream, _ responses: ResponseStream, _ context: CallContext
  ) async throws(RPCStatus) {
    try echoMetadata(context)
    while let request = try await requests.next() {
      try await answer(WireMessage(request), responses)
    }
  }

  @Sendable private static func halfDuplexCall(
    _ requests: RequestStream, _ responses: ResponseStream, _ context: CallContext
  ) async throws(RPCStatus) {
    var all: [[UInt8]] = []
    while let request = try await requests.next() { all.append(request) }
    for request in all { try await answer(WireMessage(request), responses) }
  }

  /// Sends what a StreamingOutputCallRequest asks for.
  private static func answer(
    _ request: WireMessage, _ responses: ResponseStream
  ) async throws(RPCStatus) {
    for bytes in request.all(2) {
      let parameters = try WireMessage(bytes)
      do {
        try await Task.sleep(for: .microseconds(parameters.number(2)))
      } catch {
        throw RPCStatus(.cancelled)
      }
      let isCompressed = try parameters.message(3)?.number(1) == 1
      try await responses.send(response(size: parameters.number(1)), compressing: isCompressed)
    }
    try throwStatus(asked: request.message(7))
  }

  /// A response with a payload of zeros.
  private static func response(size: Int) -> [UInt8] {
    WireMessage.encode(1, WireMessage.encode(2, [UInt8](repeating: 0, count: max(size, 0))))
  }

  private static func check(
    _ message: RequestMessage, isExpectedCompressed expectation: WireMessage?
  ) throws(RPCStatus) {
    guard let expectation, (expectation.number(1) == 1) != message.isCompressed else { return }
    throw RPCStatus(.invalidArgument, "the request is not compressed as it says")
  }

  private static func throwStatus(asked status: WireMessage?) throws(RPCStatus) {
    guard let status, status.number(1) != 0 else { return }
    let code = UInt8(exactly: status.number(1)).flatMap(RPCStatus.Code.init)
    throw RPCStatus(code ?? .unknown, String(decoding: status.all(2).last ?? [], as: UTF8.self))
  }

  private static func echoMetadata(_ context: CallContext) throws(RPCStatus) {
    let initial = "x-grpc-test-echo-initial"
    if let text = context.metadata.first(named: initial) {
      var metadata = Metadata()
      try metadata.append(initial, text)
      context.response.initial = metadata
    }
    let trailing = "x-grpc-test-echo-trailing-bin"
    if let bytes = context.metadata.firstBinary(named: trailing) {
      var metadata = Metadata()
      try metadata.append(trailing, binary: bytes)
      context.response.trailing = metadata
    }
  }
}
