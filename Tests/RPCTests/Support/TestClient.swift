import CNghttp2

/// A client's side of an HTTP/2 connection on nghttp2's own client session: bytes in, bytes out.
/// It can misbehave: hold its windows, and send frames that nghttp2 would not.
@safe final class TestClient {
  /// What came back on one stream.
  struct Response: Equatable {
    var header: [String: String] = [:]
    var trailers: [String: String] = [:]
    var body: [UInt8] = []
    /// The error code the stream was closed with, once it is closed.
    var closedWith: UInt32?

    /// The messages of the body.
    var messages: [[UInt8]] {
      var messages: [[UInt8]] = []
      var rest = body[...]
      while rest.count >= 5 {
        let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
        messages.append(Array(rest.dropFirst(5).prefix(length)))
        rest = rest.dropFirst(5 + length)
      }
      return messages
    }

    /// The `grpc-status`, wherever it stands.
    var status: String? { trailers["grpc-status"] ?? header["grpc-status"] }
    /// The `grpc-message`, wherever it stands.
    var message: String? { trailers["grpc-message"] ?? header["grpc-message"] }
  }

  private struct Body {
    var bytes: [UInt8] = []
    var isEnded = false
  }

  private let session: OpaquePointer
  private var bodies: [Int32: Body] = [:]
  private var raw: [UInt8] = []
  private(set) var responses: [Int32: Response] = [:]
  /// The last stream of each GOAWAY, in the order they came.
  private(set) var goAways: [Int32] = []
  /// The error code of the last GOAWAY.
  private(set) var goAwayCode: UInt32?
  /// Pings that the server sent.
  private(set) var pings = 0
  private(set) var pingAnswers = 0
  /// The settings the server sent, by identifier.
  private(set) var settings: [Int32: UInt32] = [:]

  /// With `windowBytes` for the responses of a stream and of all; `reopensWindows` says whether they are
  /// reopened as bytes arrive.
  init(windowBytes: UInt32 = 1 << 20, reopensWindows: Bool = true) {
    var callbacks: OpaquePointer?
    var option: OpaquePointer?
    var session: OpaquePointer?
    unsafe nghttp2_session_callbacks_new(&callbacks)
    unsafe nghttp2_option_new(&option)
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, clientHeader)
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, clientData)
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, clientFrame)
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, clientClosed)
    unsafe nghttp2_option_set_no_auto_window_update(option, reopensWindows ? 0 : 1)
    unsafe nghttp2_option_set_peer_max_concurrent_streams(option, 100_000)
    unsafe nghttp2_session_client_new2(&session, callbacks, nil, option)
    unsafe nghttp2_session_callbacks_del(callbacks)
    unsafe nghttp2_option_del(option)
    guard let session = unsafe session else { preconditionFailure("no nghttp2 client session") }
    unsafe self.session = session
    unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
    let settings = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue), value: windowBytes)
    ]
    unsafe nghttp2_submit_settings(session, 0, settings, 1)
    if windowBytes > 65_535 {
      unsafe nghttp2_session_set_local_window_size(session, 0, 0, Int32(windowBytes))
    }
  }

  deinit {
    unsafe nghttp2_session_del(session)
  }

  /// The fields of a gRPC call.
  static func fields(
    _ path: String, _ extra: KeyValuePairs<String, String> = [:]
  ) -> [(String, String)] {
    [
      (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
      ("te", "trailers"), ("content-type", "application/grpc"),
    ] + extra.map { ($0.key, $0.value) }
  }

  /// Opens a stream for a call whose messages follow.
  @discardableResult
  func open(_ path: String, _ extra: KeyValuePairs<String, String> = [:]) -> Int32 {
    open(fields: Self.fields(path, extra))
  }

  /// Opens a stream with these fields and no others.
  func open(fields: [(String, String)], hasBody: Bool = true) -> Int32 {
    var bytes: [UInt8] = []
    for (name, value) in fields { bytes += Array(name.utf8) + Array(value.utf8) }
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.read_callback = clientFill
    let stream = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard var position = bytes.baseAddress else { preconditionFailure("no fields") }
      var pairs = unsafe [nghttp2_nv]()
      for (name, value) in fields {
        let count = (name.utf8.count, value.utf8.count)
        unsafe pairs.append(
          nghttp2_nv(
            name: position, value: position + count.0, namelen: count.0, valuelen: count.1,
            flags: 0))
        unsafe position += count.0 + count.1
      }
      guard hasBody else {
        return unsafe nghttp2_submit_request(session, nil, pairs, pairs.count, nil, nil)
      }
      return unsafe nghttp2_submit_request(session, nil, pairs, pairs.count, &provider, nil)
    }
    precondition(stream > 0, "nghttp2 refuses the request")
    bodies[stream] = Body()
    responses[stream] = Response()
    return stream
  }

  /// Sends a message with its prefix.
  func send(_ message: [UInt8], on stream: Int32, end: Bool = false) {
    send(body: frame(message), on: stream, end: end)
  }

  /// Sends bytes of the body as they are.
  func send(body bytes: [UInt8], on stream: Int32, end: Bool = false) {
    bodies[stream, default: Body()].bytes += bytes
    bodies[stream, default: Body()].isEnded = end
    unsafe nghttp2_session_resume_data(session, stream)
  }

  func end(_ stream: Int32) { send(body: [], on: stream, end: true) }

  func reset(_ stream: Int32) {
    unsafe nghttp2_submit_rst_stream(session, 0, stream, UInt32(NGHTTP2_CANCEL.rawValue))
  }

  func ping() { unsafe nghttp2_submit_ping(session, 0, nil) }

  /// Reopens the windows after bytes were received with `reopensWindows` off.
  func consume(_ count: Int, on stream: Int32) {
    unsafe nghttp2_session_consume(session, stream, count)
  }

  /// Sends bytes behind nghttp2's back.
  func send(raw bytes: [UInt8]) { raw += bytes }

  /// How much of a body the server's window has not let out yet.
  func unsent(on stream: Int32) -> Int { bodies[stream]?.bytes.count ?? 0 }

  func receive(_ bytes: [UInt8]) {
    let count = unsafe nghttp2_session_mem_recv(session, bytes, bytes.count)
    precondition(count == bytes.count, "the server's bytes are not HTTP/2")
  }

  func takeOutput() -> [UInt8] {
    var output: [UInt8] = []
    while true {
      var data: UnsafePointer<UInt8>?
      let count = unsafe nghttp2_session_mem_send(session, &data)
      precondition(count >= 0, "nghttp2 cannot send")
      guard count > 0 else { break }
      unsafe output += UnsafeBufferPointer(start: data, count: count)
    }
    defer { raw = [] }
    return output + raw
  }

  // What nghttp2 calls back.

  fileprivate func received(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, _ stream: Int32,
    isTrailer: Bool
  ) {
    let name = unsafe String(decoding: name, as: UTF8.self)
    let value = unsafe String(decoding: value, as: UTF8.self)
    if isTrailer {
      responses[stream]?.trailers[name] = value
    } else {
      responses[stream]?.header[name] = value
    }
  }

  fileprivate func received(_ data: UnsafeBufferPointer<UInt8>, _ stream: Int32) {
    unsafe responses[stream]?.body += data
  }

  fileprivate func received(_ frame: nghttp2_frame) {
    switch nghttp2_frame_type(UInt32(unsafe frame.hd.type)) {
    case NGHTTP2_GOAWAY:
      unsafe goAways.append(frame.goaway.last_stream_id)
      goAwayCode = unsafe frame.goaway.error_code
    case NGHTTP2_PING:
      if unsafe frame.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 {
        pingAnswers += 1
      } else {
        pings += 1
      }
    case NGHTTP2_SETTINGS:
      for index in 0..<(unsafe frame.settings.niv) {
        let entry = unsafe frame.settings.iv[index]
        settings[entry.settings_id] = entry.value
      }
    default: break
    }
  }

  fileprivate func closed(_ stream: Int32, _ code: UInt32) {
    responses[stream]?.closedWith = code
  }

  fileprivate func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ stream: Int32
  ) -> (count: Int, isEnd: Bool)? {
    guard var body = bodies[stream], !body.bytes.isEmpty || body.isEnded else { return nil }
    let count = min(buffer.count, body.bytes.count)
    unsafe buffer.copyBytes(from: body.bytes[..<count])
    body.bytes.removeFirst(count)
    bodies[stream] = body
    return (count, body.isEnded && body.bytes.isEmpty)
  }
}

/// A message with its prefix.
func frame(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
  let length = UInt32(message.count)
  return [flag] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
}

private func client(_ userData: UnsafeMutableRawPointer?) -> TestClient {
  guard let userData = unsafe userData else { preconditionFailure("no user data") }
  return unsafe Unmanaged<TestClient>.fromOpaque(userData).takeUnretainedValue()
}

private let clientHeader: nghttp2_on_header_callback = {
  _, frame, name, nameCount, value, valueCount, _, userData in
  guard let frame = unsafe frame?.pointee else { return 0 }
  unsafe client(userData).received(
    UnsafeBufferPointer(start: name, count: nameCount),
    UnsafeBufferPointer(start: value, count: valueCount), frame.hd.stream_id,
    isTrailer: frame.headers.cat == NGHTTP2_HCAT_HEADERS)
  return 0
}

private let clientData: nghttp2_on_data_chunk_recv_callback = {
  _, _, stream, data, count, userData in
  unsafe client(userData).received(UnsafeBufferPointer(start: data, count: count), stream)
  return 0
}

private let clientFrame: nghttp2_on_frame_recv_callback = { _, frame, userData in
  if let frame = unsafe frame?.pointee { unsafe client(userData).received(frame) }
  return 0
}

private let clientClosed: nghttp2_on_stream_close_callback = { _, stream, code, userData in
  unsafe client(userData).closed(stream, code)
  return 0
}

private let clientFill: nghttp2_data_source_read_callback = {
  _, stream, buffer, capacity, flags, _, userData in
  let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
  guard let filled = unsafe client(userData).fill(buffer, stream) else {
    return Int(NGHTTP2_ERR_DEFERRED.rawValue)
  }
  if filled.isEnd { unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
  return filled.count
}
