internal import RPC

extension HealthMethods {
  /// Streams the status: at once, and NOT_SERVING when the server shuts down, which ends the call.
  func watch(_ request: [UInt8], send: Send) async throws(RPCStatus) {
    let service = try service(in: request)
    if !drain.hasBegun {
      try await send(response(isKnown(service) ? .serving : .serviceUnknown))
      await drain.begun()
    }
    if isKnown(service) { try await send(response(.notServing)) }
    throw .shutdown
  }
}
