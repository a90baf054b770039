/// The requests of a client-streaming or bidirectional call. One task may take from it at a time.
package struct RequestStream: Sendable {
  let call: Call

  /// The next request, or nil when the client has sent its last. The client's flow-control window
  /// is reopened only by taking. Throws CANCELLED if the call is over (cancelled, past its
  /// deadline, ended by a request that is not a message) or this task is cancelled.
  package func next() async throws(RPCStatus) -> [UInt8]? {
    try await call.nextRequest()?.bytes
  }

  /// The same, with how it came.
  package func nextMessage() async throws(RPCStatus) -> RequestMessage? {
    try await call.nextRequest()
  }
}
