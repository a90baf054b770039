/// The owner of one stream. The session calls it while it receives or writes; from inside these
/// calls it may use every method of the session but `receive` and `writeFrames`.
protocol HTTP2StreamHandler: AnyObject {
  /// Bytes of the request's body. They count against the window until they are consumed.
  func received(_ bytes: Span<UInt8>)
  /// The client has sent all it will send.
  func receivedEnd()
  /// The stream is closed, by whomever; nothing is called after this.
  func closed(_ code: HTTP2ErrorCode)

  /// Fills `frame` with the next bytes of the response's body.
  func fill(_ frame: UnsafeMutableRawBufferPointer) -> HTTP2Body
}

/// What `fill` did.
enum HTTP2Body {
  /// It wrote so many bytes, and there are or may be more.
  case bytes(Int)
  /// It has nothing now; `resumeBody` will say when.
  case paused
  /// It wrote so many bytes, the last of the stream.
  case end(Int)
  /// It wrote so many bytes, the last of the body, and has given the session the trailers.
  case trailers(Int)
}

/// The owner of a session.
protocol HTTP2SessionDelegate: AnyObject {
  /// The fields of a request follow.
  func beganRequest()
  /// A field of the request. The bytes are lent.
  func receivedField(_ name: Span<UInt8>, _ value: Span<UInt8>)
  /// The request has arrived with all its fields; with `isTruncated`, without those above the limit.
  /// Gives back who owns the stream from now on; it may have responded already.
  func accept(_ stream: Int32, isTruncated: Bool) -> any HTTP2StreamHandler
  /// Frames wait to be written, and no call of `receive` or `writeFrames` is under way.
  func hasFrames()
}
