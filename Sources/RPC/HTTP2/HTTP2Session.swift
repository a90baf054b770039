import CNghttp2

/// The server's side of one HTTP/2 connection: bytes in, bytes out.
///
///     socket ──► receive ──► nghttp2 ──► delegate.accept, handler.received…
///     socket ◄── writeFrames ◄── nghttp2 ◄── respond, resumeBody, consume, reset
///
/// It has no socket, no clock and no task, and is used by one thread at a time. nghttp2 keeps the
/// protocol: states, HPACK, flow control, floods. This class keeps who owns which stream.
@safe final class HTTP2Session {
  private let session: OpaquePointer
  private let limits: Limits
  /// Size of the header list that arrives, so far, as RFC 9113 section 6.5.2 counts it.
  private var headerListBytes = 0
  private var responseFields = HTTP2FieldList()
  private var handlers = StreamTable<any HTTP2StreamHandler>()
  private var meter: FrameMeter
  private var passedStreams = PassedStreams()
  /// By how much the widest window of a stream is above that of a new one, while SETTINGS arrive.
  private var widening = 0
  /// What has happened so far.
  private(set) var activity = Activity()
  /// Whether nghttp2 is on the stack, so that what is submitted will be written by the caller.
  private var isBusy = false

  /// Told about requests and about frames to write. It owns this session, and outlives it.
  unowned(unsafe) var delegate: (any HTTP2SessionDelegate)?

  init(limits: Limits) {
    self.limits = limits
    meter = FrameMeter(budget: limits.maxOverheadFrames, resets: limits.streamResetBurst)
    unsafe session = makeServerSession(limits: limits)
    unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    unsafe nghttp2_session_del(session)
  }

  /// Whether there is nothing left to read or write, so that the connection can be closed.
  var isFinished: Bool {
    unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  /// Takes bytes from the peer. Throws if the connection cannot go on; what `writeFrames` still has
  /// is then worth sending.
  func receive(_ bytes: Span<UInt8>) throws(HTTP2Error) {
    isBusy = true
    defer { isBusy = false }
    activity.received &+= bytes.count
    meter.receive(bytes)
    activity.completed = meter.completed
    activity.owesBytes = meter.owesBytes
    let count =
      meter.isExceeded
      ? Int(HTTP2Error.flooded.code)
      : unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe nghttp2_session_mem_recv(session, bytes.baseAddress, bytes.count)
      }
    guard count < 0 else { return }
    let error = HTTP2Error(code: Int32(count))
    if error.isFlood { terminate(.enhanceYourCalm) }
    throw error
  }

  /// Lets the client send its budget of overhead again, after a pulse.
  func refillBudget() {
    meter.refill(resets: limits.streamResetsPerSecond * Int(limits.pulse.components.seconds))
  }

  /// Asks the peer whether it is there.
  func ping() {
    submit { unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil) }
  }

  /// Refuses everything from now on: the session is finished when this has been written.
  func terminate(_ code: HTTP2ErrorCode) {
    submit { unsafe nghttp2_session_terminate_session(session, code.rawValue) }
  }

  /// Gives frames to `write` until there are no more or `limit` bytes have been given.
  /// Says whether it stopped at the limit.
  func writeFrames(
    limit: Int, _ write: (Span<UInt8>) -> Void
  ) throws(HTTP2Error) -> Bool {
    isBusy = true
    defer { isBusy = false }
    var written = 0
    while written < limit {
      var frame: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(session, &frame)
      if count < 0 { throw HTTP2Error(code: Int32(count)) }
      guard count > 0, let frame = unsafe frame else { return false }
      write(unsafe UnsafeBufferPointer(start: frame, count: count).span)
      written += count
    }
    return true
  }

  /// Sends the response's header, and then what the stream's handler fills, if there is a body.
  func respond(
    on stream: Int32, hasBody: Bool, _ appendFields: (inout HTTP2FieldList) -> Void
  ) {
    unsafe withFields(appendFields) { fields, count in
      unsafe submitResponse(on: stream, hasBody: hasBody, fields, count)
    }
  }

  /// The same with a header that is always the same.
  func respond(on stream: Int32, hasBody: Bool, _ fields: HTTP2FixedFields) {
    submit { unsafe submitResponse(on: stream, hasBody: hasBody, fields.pairs, fields.count) }
  }

  /// Sends trailers now, ahead of whatever body is still to be written, which is dropped. From inside
  /// `fill`: after what it fills.
  func sendTrailers(on stream: Int32, _ appendTrailers: (inout HTTP2FieldList) -> Void) {
    unsafe withFields(appendTrailers) { fields, count in
      unsafe nghttp2_submit_trailer(session, stream, fields, count)
    }
  }

  /// The same with trailers that are always the same.
  func sendTrailers(on stream: Int32, _ fields: HTTP2FixedFields) {
    submit { unsafe nghttp2_submit_trailer(session, stream, fields.pairs, fields.count) }
  }

  /// Who owns the streams that are open.
  var openHandlers: [any HTTP2StreamHandler] { handlers.all }
  /// How many they are.
  var openStreams: Int { handlers.count }

  /// Goes on with a body whose handler answered `.paused`.
  func resumeBody(of stream: Int32) {
    submit { unsafe nghttp2_session_resume_data(session, stream) }
  }

  /// Reopens the windows of a stream and of the connection.
  func consume(_ count: Int, of stream: Int32) {
    submit { unsafe nghttp2_session_consume(session, stream, count) }
  }

  /// Reopens the window of the connection for what came on a stream that is closed.
  func consumeOnConnection(_ count: Int) {
    submit { unsafe nghttp2_session_consume_connection(session, count) }
  }

  /// Tells the peer that the connection will end, while new streams are still accepted.
  func noticeShutdown() {
    submit { unsafe nghttp2_submit_shutdown_notice(session) }
  }

  /// Refuses streams from now on; those open may finish.
  func refuseNewStreams() {
    submit {
      let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
      return unsafe nghttp2_submit_goaway(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, HTTP2ErrorCode.noError.rawValue, nil, 0)
    }
  }

  /// The connection is lost: closes every stream.
  func abandon() {
    let open = handlers.all
    handlers.removeAll()
    for handler in open { handler.closed(.cancel) }
  }

  /// Runs one of nghttp2's submit functions and says that there are frames, unless it is said.
  private func submit(_ call: () -> Int32) {
    let result = call()
    // What can fail here is memory, and a stream that has just closed, whose answer nobody awaits.
    if result == NGHTTP2_ERR_NOMEM.rawValue { preconditionFailure("nghttp2 is out of memory") }
    if !isBusy { unsafe delegate?.hasFrames() }
  }

  private func submitResponse(
    on stream: Int32, hasBody: Bool, _ fields: UnsafePointer<nghttp2_nv>?, _ count: Int
  ) -> Int32 {
    guard hasBody else {
      return unsafe nghttp2_submit_response(session, stream, fields, count, nil)
    }
    var body = unsafe nghttp2_data_provider()
    unsafe body.read_callback = fillFrame
    return unsafe nghttp2_submit_response(session, stream, fields, count, &body)
  }

  private func withFields(
    _ append: (inout HTTP2FieldList) -> Void,
    _ call: (UnsafePointer<nghttp2_nv>?, Int) -> Int32
  ) {
    responseFields.removeAll()
    append(&responseFields)
    let result = unsafe responseFields.withNameValues { pairs in
      unsafe call(pairs.baseAddress, pairs.count)
    }
    submit { result }
  }
}

extension HTTP2Session {
  /// Counts of what has happened. They tell by their change, and wrap around.
  struct Activity: Equatable {
    /// Bytes from the client.
    var received = 0
    /// Frames and header blocks that have arrived whole.
    var completed = 0
    /// Whether the client is in the middle of something that it has to send in one go.
    var owesBytes = true
    /// Streams that the client opened.
    var accepted = 0
    /// DATA frames written.
    var sent = 0
  }
}

// What nghttp2 calls back. Each is one event of the session.
extension HTTP2Session {
  /// HEADERS begin. nghttp2 ignores those on a stream that cannot be opened any more.
  func beganHeaders(_ stream: Int32) {
    if !passedStreams.mayCarryHeaders(stream) { terminate(.protocolError) }
  }

  /// SETTINGS begin, which have changed nothing yet.
  func beganSettings() {
    let windows = handlers.openStreams.map {
      unsafe Int(nghttp2_session_get_stream_remote_window_size(session, $0))
    }
    widening = (windows.max() ?? 0) - initialWindow
  }

  /// SETTINGS hold. Where they push a window above its maximum nghttp2 ends the stream, while
  /// RFC 9113 section 6.9.2 asks for the end of the connection.
  func receivedSettings() {
    if widening + initialWindow > Int(Int32.max) { terminate(.flowControlError) }
  }

  /// What the client allows a new stream to send it.
  private var initialWindow: Int {
    Int(
      unsafe nghttp2_session_get_remote_settings(
        session, NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE))
  }

  /// The fields of a request follow, or its trailers, which nobody reads.
  func beganFields(isRequest: Bool) {
    headerListBytes = 0
    if isRequest { unsafe delegate?.beganRequest() }
  }

  /// Says whether to go on: a list far above its limit was made to be large, by few bytes that each
  /// repeat a long field, and to look at it would take the time of all others.
  func receivedField(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, isRequest: Bool
  ) -> Bool {
    headerListBytes += name.count + value.count + 32
    if isRequest, headerListBytes <= limits.maxHeaderListBytes {
      unsafe delegate?.receivedField(name.span, value.span)
    }
    return headerListBytes <= Limits.headerBombFactor * limits.maxHeaderListBytes
  }

  func receivedRequest(_ stream: Int32) {
    activity.accepted &+= 1
    let isTruncated = headerListBytes > limits.maxHeaderListBytes
    guard let handler = unsafe delegate?.accept(stream, isTruncated: isTruncated) else { return }
    handlers.insert(handler, for: stream)
  }

  func receivedData(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: Int32) {
    unsafe handlers[stream]?.received(bytes.span)
  }

  func receivedEnd(_ stream: Int32) {
    handlers[stream]?.receivedEnd()
  }

  /// The response is complete. A client that is still sending is told that nobody reads it.
  func sentEnd(_ stream: Int32) {
    guard unsafe nghttp2_session_get_stream_remote_close(session, stream) == 0 else { return }
    submit {
      unsafe nghttp2_submit_rst_stream(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, HTTP2ErrorCode.noError.rawValue)
    }
  }

  func sentData() {
    activity.sent &+= 1
    meter.earn()
  }

  func closed(_ stream: Int32, _ code: HTTP2ErrorCode) {
    handlers.remove(stream)?.closed(code)
  }

  func fill(_ frame: UnsafeMutableRawBufferPointer, _ stream: Int32) -> HTTP2Body {
    guard let handler = handlers[stream] else { return .end(0) }
    return unsafe handler.fill(frame)
  }
}
