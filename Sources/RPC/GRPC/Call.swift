/// One call: what has arrived of it, what waits to be sent, and the task of its handler.
///
///     receiving ──► running ──► ended ──► closed
///         │            │          ▲
///         └─ cut: bad message, deadline, stop ─┘       closed: from any state, by the client
///
/// Unary and server-streaming calls run when their one request is complete, the others at once.
///
/// `@unchecked Sendable`: its state is touched only on `loop`. The session calls it there, its task
/// prefers that executor, and what may be called from elsewhere goes there first.
final class Call: HTTP2StreamHandler, @unchecked Sendable {
  private let stream: Int32
  private let method: Method
  private let context: CallContext
  private let encodings: RequestEncodings
  private let connection: Connection
  private var isClosed = false
  private var requests: RequestQueue
  private var responses = ResponseBuffer()
  /// How the call ended; nil while it is open.
  private var status: RPCStatus?
  private var hasHeader = false
  /// Whether responses are compressed: settled with the first, for the header says it.
  private lazy var isGzip = encodings.compressesResponses(context.response.compression)
  private var isPaused = false
  private var task: Task<Void, Never>?
  private var cancelDeadline: (@Sendable () -> Void)?
  /// The handler's tasks that wait for a request or for room to send.
  private var waiters = WaitList()
  private var isAwaitingRequest = false
  private var lastTicket = 0
  /// Bytes that the server's and the connection's accounts have of this call.
  private var account = (load: 0, requests: 0)
  /// Bytes of the one request that the handler has taken, which it may hold as long as it runs.
  private var takenBytes = 0

  init(
    _ stream: Int32, of connection: Connection, method: Method, context: CallContext,
    encodings: RequestEncodings
  ) {
    self.stream = stream
    self.connection = connection
    self.method = method
    self.context = context
    self.encodings = encodings
    requests = RequestQueue(
      maxMessageBytes: connection.limits.maxMessageBytes, allowsCompression: encodings.sendsGzip)
    connection.load.callBegan()
  }

  deinit {
    connection.load.callEnded(holding: account.load)
  }

  var loop: any ConnectionLoop { connection.loop }

  private var session: HTTP2Session { connection.session }

  /// Ends the call with this status after this time, if nothing ends it before.
  func endAfter(_ timeout: Duration, _ status: RPCStatus) {
    let (cancelEarlier, cancel) = (
      cancelDeadline, loop.schedule(after: timeout) { [weak self] in self?.cut(status) }
    )
    cancelDeadline = {
      cancelEarlier?()
      cancel()
    }
  }

  /// Ends the call now: drops what waits in both directions and cancels the handler.
  func cut(_ status: RPCStatus) {
    guard self.status == nil else { return }
    self.status = status
    consume(requests.releaseAll())
    dropResponses()
    if hasHeader {
      session.sendTrailers(on: stream) { $0.append(status, Metadata()) }
    } else {
      respondWithoutBody(status)
    }
    stopHandler()
  }

  private func append(_ response: [UInt8], compressing: Bool = true) {
    let waiting = responses.count
    if compressing, isGzip, response.count >= connection.limits.minCompressedBytes {
      responses.append(Gzip.compress(response), isCompressed: true)
    } else {
      responses.append(response, isCompressed: false)
    }
    connection.changeResponseBytes(by: responses.count - waiting)
    settleAccounts()
  }

  /// Tells the connection and, where it is worth it, the server what this call holds.
  private func settleAccounts() {
    let requestBytes = requests.buffered
    if requestBytes != account.requests {
      connection.changeRequestBytes(by: requestBytes - account.requests)
      account.requests = requestBytes
    }
    let change = requestBytes + takenBytes + responses.count - account.load
    guard change.magnitude >= ServerLoad.accountedBytes else { return }
    connection.load.changeHeldBytes(by: change)
    account.load += change
  }

  private func dropResponses() {
    connection.changeResponseBytes(by: -responses.count)
    responses.removeAll()
    settleAccounts()
  }

  private func stopHandler() {
    task?.cancel()
    waiters.wakeAll()
  }

  private func consume(_ count: Int) {
    guard count > 0, !isClosed else { return }
    // A stream that has ended needs no window.
    if requests.isEnded {
      session.consumeOnConnection(count)
    } else {
      session.consume(count, of: stream)
    }
  }

  private func respondWithoutBody(_ status: RPCStatus) {
    hasHeader = true
    session.respond(on: stream, hasBody: false) { fields in
      fields.appendResponseHeader(context.response.initial)
      fields.append(status, context.response.trailing)
    }
  }
}

// What the session calls.
extension Call {
  func received(_ bytes: Span<UInt8>) {
    guard status == nil else { return consume(bytes.count) }
    do throws(RPCStatus) {
      try requests.receive(bytes)
      settleAccounts()
      if requests.isInsideMessage, connection.load.isBusy { try connection.requireRoom() }
      if method.takesOneRequest {
        if requests.received > 1 { throw RPCStatus(.unimplemented, "more than one request") }
        consume(requests.releaseIncomplete())
      } else if isAwaitingRequest {
        consume(requests.releaseIncomplete())
        if !requests.isEmpty { waiters.wakeAll() }
      }
    } catch {
      cut(error)
    }
  }

  func receivedEnd() {
    guard status == nil else { return }
    do throws(RPCStatus) {
      try requests.end()
      if method.takesOneRequest {
        if requests.received == 0 { throw RPCStatus(.unimplemented, "no request") }
        connection.start(self)
      } else {
        waiters.wakeAll()
      }
    } catch {
      cut(error)
    }
  }

  func closed(_ code: HTTP2ErrorCode) {
    cancelDeadline?()
    let held = requests.releaseAll()
    dropResponses()
    if held > 0 { session.consumeOnConnection(held) }
    isClosed = true
    if status == nil { status = RPCStatus(.cancelled, "the call is over") }
    stopHandler()
  }

  func fill(_ frame: UnsafeMutableRawBufferPointer) -> HTTP2Body {
    let count = unsafe responses.move(to: frame)
    connection.changeResponseBytes(by: -count)
    settleAccounts()
    if responses.count <= connection.limits.maxBufferedResponseBytes / 2 { waiters.wakeAll() }
    if responses.count == 0, let status {
      sendTrailers(status)
      return .trailers(count)
    }
    isPaused = count == 0
    return isPaused ? .paused : .bytes(count)
  }

  private func sendTrailers(_ status: RPCStatus) {
    if status == .ok, context.response.isUntouched {
      session.sendTrailers(on: stream, .okTrailers)
    } else {
      session.sendTrailers(on: stream) { $0.append(status, context.response.trailing) }
    }
  }
}

// What the handler does.
extension Call {
  /// Starts the handler, unless the call has ended meanwhile.
  func start() {
    guard status == nil else { return }
    if case .immediate(let handle) = method { return runImmediately(handle) }
    connection.callBegan()
    task = Task.immediateDetached(executorPreference: loop) {
      await self.run()
      self.connection.callEnded()
    }
  }

  private func runImmediately(
    _ handle: ([UInt8], CallContext) throws(RPCStatus) -> [UInt8]
  ) {
    do throws(RPCStatus) {
      end(with: try handle(try takeRequest(), context))
    } catch {
      end(thrown: error)
    }
  }

  private func run() async {
    do throws(RPCStatus) {
      switch method {
      case .immediate: preconditionFailure("an immediate method has no task")
      case .unary(let handle):
        end(with: try await handle(try takeRequest(), context))
      case .serverStreaming(let handle):
        try await handle(try takeRequest(), ResponseStream(call: self), context)
        end(.ok)
      case .clientStreaming(let handle):
        end(with: try await handle(RequestStream(call: self), context))
      case .bidirectional(let handle):
        try await handle(RequestStream(call: self), ResponseStream(call: self), context)
        end(.ok)
      }
    } catch {
      end(thrown: error)
    }
  }

  private func end(thrown error: RPCStatus) {
    end(error.code == .ok ? RPCStatus(.unknown) : error)
  }

  private func end(with response: [UInt8]) {
    if status == nil { append(response) }
    end(.ok)
  }

  /// Ends the call as its handler did, after the responses that wait.
  private func end(_ status: RPCStatus) {
    task = nil
    guard self.status == nil else { return }
    self.status = status
    if !hasHeader, responses.count == 0 {
      respondWithoutBody(status)
    } else {
      writeResponses()
    }
  }

  /// The one request of a unary or server-streaming call, which is complete before it starts.
  private func takeRequest() throws(RPCStatus) -> [UInt8] {
    guard let request = try takeMessage() else { throw RPCStatus(.internal) }
    return request.bytes
  }

  /// The oldest request, decompressed only now: until here it holds no more than it held of the
  /// window.
  private func takeMessage() throws(RPCStatus) -> RequestMessage? {
    guard let (message, released) = requests.take() else { return nil }
    consume(released)
    defer { settleAccounts() }
    let bytes =
      message.isCompressed
      ? try Gzip.decompress(message.bytes, limit: connection.limits.maxMessageBytes) : message.bytes
    if method.takesOneRequest { takenBytes = bytes.count }
    return RequestMessage(bytes: bytes, isCompressed: message.isCompressed)
  }

  private func writeResponses() {
    if !hasHeader {
      hasHeader = true
      if !isGzip, context.response.isUntouched {
        session.respond(on: stream, hasBody: true, .responseHeader)
      } else {
        session.respond(on: stream, hasBody: true) {
          $0.appendResponseHeader(context.response.initial, isGzip: isGzip)
        }
      }
    } else if isPaused {
      isPaused = false
      session.resumeBody(of: stream)
    }
  }

  /// See `RequestStream.next`.
  @concurrent func nextRequest() async throws(RPCStatus) -> RequestMessage? {
    guard loop.isCurrent else {
      return try await withTaskExecutorPreference(loop) { () async throws(RPCStatus) in
        try await nextRequest()
      }
    }
    while status == nil, !Task.isCancelled {
      do throws(RPCStatus) {
        if let request = try takeMessage() { return request }
      } catch {
        cut(error)
        break
      }
      if requests.isEnded { return nil }
      consume(requests.releaseIncomplete())
      isAwaitingRequest = true
      await wait()
      isAwaitingRequest = false
    }
    throw RPCStatus(.cancelled, "the call is over")
  }

  /// See `ResponseStream.send`.
  @concurrent func send(
    _ message: [UInt8], compressing: Bool
  ) async throws(RPCStatus) {
    guard loop.isCurrent else {
      return try await withTaskExecutorPreference(loop) { () async throws(RPCStatus) in
        try await send(message, compressing: compressing)
      }
    }
    guard status == nil, !Task.isCancelled else {
      throw RPCStatus(.cancelled, "the call is over")
    }
    append(message, compressing: compressing)
    writeResponses()
    while status == nil, responses.count > connection.limits.maxBufferedResponseBytes {
      await wait()
      if Task.isCancelled { break }
    }
    if status != nil || Task.isCancelled { throw RPCStatus(.cancelled, "the call is over") }
  }

  /// Waits until something changes or this task is cancelled.
  private func wait() async {
    lastTicket += 1
    let ticket = lastTicket
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume()
        } else {
          waiters.add(ticket, continuation)
        }
      }
    } onCancel: {
      loop.run { self.waiters.wake(ticket) }
    }
  }
}
