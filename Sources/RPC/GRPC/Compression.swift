/// How the responses of a call are compressed. Whatever is asked, a client that does not accept gzip
/// gets none, and a message below `Limits.minCompressedBytes` is sent as it is.
package enum Compression: Sendable {
  /// As the client compresses its requests, which says that its link is worth the time.
  case asRequested
  /// Never.
  case none
  /// With gzip.
  case gzip
}

/// What the request says about compression.
struct RequestEncodings {
  /// Whether its messages may be compressed with gzip.
  var sendsGzip = false
  /// Whether the responses may be.
  var acceptsGzip = false

  /// The encodings this server knows, for `grpc-accept-encoding`.
  static let accepted: StaticString = "identity,gzip"

  /// Whether responses are compressed if this is asked.
  func compressesResponses(_ compression: @autoclosure () -> Compression) -> Bool {
    guard acceptsGzip else { return false }
    return switch compression() {
    case .asRequested: sendsGzip
    case .none: false
    case .gzip: true
    }
  }

  /// Reads `grpc-encoding`. Says whether it is one that this server knows.
  mutating func readEncoding(_ value: Span<UInt8>) -> Bool {
    sendsGzip = value.equals("gzip")
    return sendsGzip || value.equals("identity")
  }

  /// Reads `grpc-accept-encoding`, a list with commas and maybe spaces.
  mutating func readAccepted(_ value: Span<UInt8>) {
    value.forEachListed { if $0.equals("gzip") { acceptsGzip = true } }
  }
}
