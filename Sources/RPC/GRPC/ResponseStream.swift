/// The responses of a server-streaming or bidirectional call.
package struct ResponseStream: Sendable {
  let call: Call

  /// Sends a response. Suspends while `Limits.maxBufferedResponseBytes` wait for the client to take
  /// them. `compressing` keeps a message from being compressed where the call's `Compression` would.
  /// Throws CANCELLED if the call is over or this task is cancelled.
  package func send(
    _ message: [UInt8], compressing: Bool = true
  ) async throws(RPCStatus) {
    try await call.send(message, compressing: compressing)
  }
}
