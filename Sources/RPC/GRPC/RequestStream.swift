/// The requests of a client-streaming or bidirectional call. One task may take from it at a time.
package struct RequestStream: Sendable {
  let call: Call

  /// The next request, or nil when the client has sent its last. The client's flow-control window
  /// is reopened only by taking. Throws CANCELLED if the call is over or this task is cancelled,
  /// INTERNAL or RESOURCE_EXHAUSTED if the client sent what is not a message.
  package func next() async throws(RPCStatus) -> [UInt8]? {
    try await call.nextRequest()
  }
}
