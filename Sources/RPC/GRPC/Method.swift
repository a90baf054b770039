/// A handler, by the shape of its method. It is given serialized messages and gives them back.
///
/// A handler runs on its connection's event loop and returns to it after each suspension, so it
/// must not block. Its task is cancelled when the client cancels, the deadline passes, the
/// connection is lost, or a graceful stop runs out of patience; it must then end soon.
package enum Method: Sendable {
  /// One request, one response, by a handler that never suspends and touches memory only. It runs
  /// where its request arrives, without a task, which saves a fifth of what a small call costs.
  case immediate(@Sendable ([UInt8], CallContext) throws(RPCStatus) -> [UInt8])
  /// One request, one response.
  case unary(@Sendable ([UInt8], CallContext) async throws(RPCStatus) -> [UInt8])
  /// One request, any number of responses.
  case serverStreaming(
    @Sendable ([UInt8], ResponseStream, CallContext) async throws(RPCStatus) -> Void)
  /// Any number of requests, one response.
  case clientStreaming(
    @Sendable (RequestStream, CallContext) async throws(RPCStatus) -> [UInt8])
  /// Any number of each, in any order.
  case bidirectional(
    @Sendable (RequestStream, ResponseStream, CallContext) async throws(RPCStatus) -> Void)
}

extension Method {
  /// Whether one request and one response are all there is, so that the call ends by itself.
  var isFinite: Bool {
    switch self {
    case .immediate, .unary: true
    case .serverStreaming, .clientStreaming, .bidirectional: false
    }
  }

  /// Whether exactly one request must come before the handler can run.
  var takesOneRequest: Bool {
    switch self {
    case .immediate, .unary, .serverStreaming: true
    case .clientStreaming, .bidirectional: false
    }
  }
}
