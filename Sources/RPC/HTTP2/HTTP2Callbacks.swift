import CNghttp2

// The seam to nghttp2: options, settings and the C functions it calls. Each function finds its
// session in the user data and hands over one event. They stand at file scope because a closure
// literal in a main-actor context would check its actor at each call.

/// An nghttp2 session of a server, with our limits, whose user data must be set before use.
func makeServerSession(limits: Limits) -> OpaquePointer {
  var callbacks: OpaquePointer?
  var option: OpaquePointer?
  var session: OpaquePointer?
  unsafe nghttp2_session_callbacks_new(&callbacks)
  unsafe nghttp2_option_new(&option)
  defer {
    unsafe nghttp2_session_callbacks_del(callbacks)
    unsafe nghttp2_option_del(option)
  }
  unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, onBeginFrame)
  unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
  unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
  unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrameReceived)
  unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onDataChunk)
  unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, onFrameSent)
  unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onStreamClosed)

  unsafe nghttp2_option_set_no_auto_window_update(option, 1)
  unsafe nghttp2_option_set_no_closed_streams(option, 1)
  unsafe nghttp2_option_set_max_outbound_ack(option, limits.maxOutstandingAcknowledgements)
  unsafe nghttp2_option_set_max_continuations(option, limits.maxContinuations)
  // A limit behind ours, which FrameMeter keeps and which tells the client why.
  unsafe nghttp2_option_set_stream_reset_rate_limit(
    option, UInt64(2 * limits.streamResetBurst), UInt64(2 * limits.streamResetsPerSecond))

  unsafe nghttp2_session_server_new2(&session, callbacks, nil, option)
  guard let session = unsafe session else { preconditionFailure("nghttp2 is out of memory") }
  unsafe submitSettings(session, limits)
  return unsafe session
}

private func submitSettings(_ session: OpaquePointer, _ limits: Limits) {
  let settings = [
    nghttp2_settings_entry(
      settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
      value: UInt32(limits.maxConcurrentStreams)),
    nghttp2_settings_entry(
      settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
      value: UInt32(limits.streamWindowBytes)),
    nghttp2_settings_entry(
      settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
      value: UInt32(limits.maxHeaderListBytes)),
  ]
  let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
  unsafe nghttp2_submit_settings(session, flags, settings, settings.count)
  unsafe nghttp2_session_set_local_window_size(
    session, flags, 0, Int32(limits.connectionWindowBytes))
}

/// The session of this callback, borrowed: it owns the nghttp2 session, so it outlives the call.
private func withSession<Result>(
  _ userData: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Result
) -> Result {
  guard let userData = unsafe userData else { preconditionFailure("session without user data") }
  return unsafe Unmanaged<HTTP2Session>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
}

/// What every frame begins with. Read in place: a frame of nghttp2 is a large union.
private func head(_ frame: UnsafePointer<nghttp2_frame>?) -> nghttp2_frame_hd {
  guard let frame = unsafe frame else { preconditionFailure("a callback without its frame") }
  return unsafe UnsafeRawPointer(frame).assumingMemoryBound(to: nghttp2_frame_hd.self).pointee
}

private func isRequest(_ frame: UnsafePointer<nghttp2_frame>?) -> Bool {
  guard let frame = unsafe frame, unsafe head(frame).type == UInt8(NGHTTP2_HEADERS.rawValue) else {
    return false
  }
  let headers = unsafe UnsafeRawPointer(frame).assumingMemoryBound(to: nghttp2_headers.self)
  return unsafe headers.pointee.cat == NGHTTP2_HCAT_REQUEST
}

private func endsStream(_ head: nghttp2_frame_hd) -> Bool {
  (head.type == UInt8(NGHTTP2_HEADERS.rawValue) || head.type == UInt8(NGHTTP2_DATA.rawValue))
    && head.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
}

private func isSettings(_ head: nghttp2_frame_hd) -> Bool {
  head.type == UInt8(NGHTTP2_SETTINGS.rawValue)
    && head.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0
}

private let onBeginFrame: nghttp2_on_begin_frame_callback = { _, head, userData in
  guard let head = unsafe head?.pointee else { return 0 }
  if head.type == UInt8(NGHTTP2_HEADERS.rawValue) {
    unsafe withSession(userData) { $0.beganHeaders(head.stream_id) }
  } else if isSettings(head) {
    unsafe withSession(userData) { $0.beganSettings() }
  }
  return 0
}

private let onBeginHeaders: nghttp2_on_begin_headers_callback = { _, frame, userData in
  let isRequest = unsafe isRequest(frame)
  unsafe withSession(userData) { $0.beganFields(isRequest: isRequest) }
  return 0
}

private let onHeader: nghttp2_on_header_callback = {
  _, frame, name, nameCount, value, valueCount, _, userData in
  let isRequest = unsafe isRequest(frame)
  let goesOn = unsafe withSession(userData) { session in
    unsafe session.receivedField(
      UnsafeBufferPointer(start: name, count: nameCount),
      UnsafeBufferPointer(start: value, count: valueCount), isRequest: isRequest)
  }
  return goesOn ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
}

private let onFrameReceived: nghttp2_on_frame_recv_callback = { _, frame, userData in
  let head = unsafe head(frame)
  unsafe withSession(userData) { session in
    // Only here has nghttp2 checked the whole block, so only here is there a request.
    if unsafe isRequest(frame) { session.receivedRequest(head.stream_id) }
    if endsStream(head) { session.receivedEnd(head.stream_id) }
    if isSettings(head) { session.receivedSettings() }
  }
  return 0
}

private let onDataChunk: nghttp2_on_data_chunk_recv_callback = {
  _, _, stream, bytes, count, userData in
  unsafe withSession(userData) { session in
    unsafe session.receivedData(UnsafeBufferPointer(start: bytes, count: count), stream)
  }
  return 0
}

private let onFrameSent: nghttp2_on_frame_send_callback = { _, frame, userData in
  let head = unsafe head(frame)
  unsafe withSession(userData) { session in
    if head.type == UInt8(NGHTTP2_DATA.rawValue) { session.sentData() }
    if endsStream(head) { session.sentEnd(head.stream_id) }
  }
  return 0
}

private let onStreamClosed: nghttp2_on_stream_close_callback = { _, stream, code, userData in
  unsafe withSession(userData) { $0.closed(stream, HTTP2ErrorCode(rawValue: code)) }
  return 0
}

/// Fills a DATA frame from the stream's handler.
let fillFrame: nghttp2_data_source_read_callback = {
  _, stream, buffer, capacity, flags, _, userData in
  let frame = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
  let body = unsafe withSession(userData) { unsafe $0.fill(frame, stream) }
  let eof = NGHTTP2_DATA_FLAG_EOF.rawValue
  switch body {
  case .bytes(let count): return count
  case .paused: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
  case .end(let count):
    unsafe flags?.pointee |= eof
    return count
  case .trailers(let count):
    unsafe flags?.pointee |= eof | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    return count
  }
}
