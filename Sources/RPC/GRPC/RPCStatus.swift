/// How a call ended, as the peer sees it: `grpc-status`, `grpc-message` and
/// `grpc-status-details-bin`. Whatever is in it leaves the process, so nothing internal belongs here.
package struct RPCStatus: Error, Sendable, Equatable {
  /// The codes of gRPC (its `statuscodes.md`); raw values are those on the wire.
  package enum Code: UInt8, Sendable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16
  }

  /// The call went well.
  static let ok = RPCStatus(.ok)

  /// The `grpc-status`. Throwing `.ok` is a fault of the handler and is sent as UNKNOWN.
  package var code: Code
  /// The `grpc-message`: any text, percent-encoded on the wire; empty sends none.
  package var message: String
  /// The `grpc-status-details-bin`: a serialized `google.rpc.Status`; empty sends none.
  package var details: [UInt8]

  /// How long the client is to wait before it tries again (`grpc-retry-pushback-ms`); nil leaves that
  /// to the client.
  package var retryAfter: Duration?

  /// A status with its text, its serialized `google.rpc.Status` if any, and when to try again.
  package init(
    _ code: Code, _ message: String = "", details: [UInt8] = [], retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.details = details
    self.retryAfter = retryAfter
  }
}

extension RPCStatus {
  static let deadline = RPCStatus(.deadlineExceeded, "the deadline has passed")
  static let credentials = RPCStatus(.unauthenticated, "the credentials have expired")
}
