final class Call: Sendable {
  func nextRequest() async throws(RPCStatus) -> [UInt8]? { throw RPCStatus(.unimplemented) }
  func send(_ message: [UInt8]) async throws(RPCStatus) { throw RPCStatus(.unimplemented) }
}
