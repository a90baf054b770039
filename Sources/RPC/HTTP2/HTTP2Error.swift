import CNghttp2

/// The connection cannot go on: the peer broke the protocol beyond repair.
struct HTTP2Error: Error, Equatable, CustomStringConvertible {
  /// The peer sends too much of what does not bring a call forward.
  static let flooded = HTTP2Error(code: NGHTTP2_ERR_FLOODED.rawValue)

  /// nghttp2's error number.
  let code: Int32

  /// Whether the peer sent too much of something: of overhead, of pieces of a header, or a header that
  /// unpacks to far too much, which our own callback refused.
  var isFlood: Bool {
    self == .flooded || code == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue
      || code == NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
  }

  /// nghttp2's words for it.
  var description: String {
    unsafe String(cString: nghttp2_strerror(code))
  }
}

/// An error code of a RST_STREAM or GOAWAY frame (RFC 9113 section 7).
struct HTTP2ErrorCode: Equatable, Sendable {
  let rawValue: UInt32

  static let noError = HTTP2ErrorCode(rawValue: 0)
  static let protocolError = HTTP2ErrorCode(rawValue: 1)
  static let flowControlError = HTTP2ErrorCode(rawValue: 3)
  static let cancel = HTTP2ErrorCode(rawValue: 8)
  static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
}
