/// What a connection tells whoever moves its bytes.
protocol ConnectionDelegate: AnyObject {
  /// Frames wait to be written, outside of `receive`.
  func hasFrames()
  /// No handler of this connection runs any more.
  func lastCallEnded()
  /// The peer does not answer: the connection is to be closed without waiting for it.
  func isDead()
}

/// One client's connection as gRPC sees it: turns requests into calls and starts their handlers.
///
/// `@unchecked Sendable`: touched only on `loop`, where the channel and all its calls live.
final class Connection: HTTP2SessionDelegate, @unchecked Sendable {
  let session: HTTP2Session
  /// Told about frames to write, and when the last handler has ended; it sets this to nil then.
  var delegate: (any ConnectionDelegate)?

  private var head: RequestHead
  let limits: Limits
  private let peer: String
  private let certificate: PeerCertificate?
  private let gate: CallGate?
  let load: ServerLoad
  let loop: any ConnectionLoop
  /// What time does to this connection; `Connection+Life`.
  var life: ConnectionLife
  var cancelPulse: (@Sendable () -> Void)?
  var isEnding = false
  /// Whether nothing is read from the client now, so that what is missing is not its fault.
  var isReadHeld = false
  /// Calls whose handlers start when the bytes at hand have been taken in: by then a client that
  /// cancels at once has done so, and nghttp2 is not on the stack. While the client does not take
  /// its responses they wait longer.
  private var startable = FIFO<Call>()
  /// Handlers that run.
  private(set) var runningCalls = 0
  /// Bytes of responses that wait to be written, of all calls.
  private(set) var responseBytes = 0
  /// Bytes of requests that handlers have not taken.
  private var requestBytes = 0

  init(
    methods: MethodTable, limits: Limits, peer: String, certificate: PeerCertificate? = nil,
    gate: CallGate? = nil, load: ServerLoad, loop: any ConnectionLoop
  ) {
    head = RequestHead(methods: methods)
    self.limits = limits
    self.peer = peer
    self.certificate = certificate
    self.gate = gate
    self.load = load
    self.loop = loop
    life = ConnectionLife(limits: limits)
    session = HTTP2Session(limits: limits)
    unsafe session.delegate = self
  }

  /// Takes bytes from the client, then starts the calls that have become complete.
  func receive(_ bytes: Span<UInt8>) throws(HTTP2Error) {
    try session.receive(bytes)
    startCalls()
  }

  /// Gives frames to `write` until there are no more or `limit` bytes have been given, and starts
  /// calls that waited for room. Says whether it stopped at the limit.
  func writeFrames(
    limit: Int, _ write: (Span<UInt8>) -> Void
  ) throws(HTTP2Error) -> Bool {
    if try session.writeFrames(limit: limit, write) { return true }
    // What these calls answer is written in the next round.
    return startCalls()
  }

  /// Starts the calls that have become complete, as far as there is room for their responses. Says
  /// whether there were any.
  @discardableResult
  private func startCalls() -> Bool {
    var hasStarted = false
    while responseBytes <= limits.maxConnectionResponseBytes, let call = startable.popFirst() {
      call.start()
      hasStarted = true
    }
    return hasStarted
  }

  /// Ends every call with this status.
  func cutCalls(_ status: RPCStatus) {
    for handler in session.openHandlers { (handler as? Call)?.cut(status) }
  }

  func beganRequest() { head.reset() }

  func receivedField(_ name: Span<UInt8>, _ value: Span<UInt8>) { head.read(name, value) }

  func accept(_ stream: Int32, isTruncated: Bool) -> any HTTP2StreamHandler {
    do throws(RequestHead.Refusal) {
      let route = try head.checked(isTruncated: isTruncated)
      let context = CallContext(
        method: route.path, metadata: head.metadata(), peer: peer, certificate: certificate,
        previousAttempts: head.previousAttempts, deadline: head.timeout.map { .now + $0 })
      let lifetime = try admit(context)
      let call = Call(
        stream, of: self, method: route.method, context: context, encodings: head.encodings)
      if let timeout = head.timeout { call.endAfter(timeout, .deadline) }
      if !route.method.isFinite, let lifetime {
        call.endAfter(lifetime, .credentials)
      }
      if !route.method.takesOneRequest { start(call) }
      return call
    } catch {
      return RefusedRequest(error, stream, of: session)
    }
  }

  /// Sees whether there is room for the call, and has the gate say who makes it. Gives how long that
  /// is true; nil is for ever.
  private func admit(_ context: CallContext) throws(RequestHead.Refusal) -> Duration? {
    do throws(RPCStatus) {
      try requireRoom(calls: session.openStreams)
      guard let admission = try gate?(context) else { return nil }
      context.caller = admission.caller
      return admission.lifetime
    } catch {
      throw .status(error)
    }
  }

  /// Throws UNAVAILABLE if the server holds too much for this connection to add to it.
  func requireRoom(calls: Int = 0) throws(RPCStatus) {
    try load.admit(calls: calls, bytes: responseBytes + requestBytes, peer: peer)
  }

  func hasFrames() { delegate?.hasFrames() }

  /// Starts a call's handler soon.
  func start(_ call: Call) { startable.append(call) }

  /// Notes that so many bytes of responses wait more, or less.
  func changeResponseBytes(by change: Int) { responseBytes += change }

  /// The same for requests.
  func changeRequestBytes(by change: Int) { requestBytes += change }

  func callBegan() { runningCalls += 1 }

  func callEnded() {
    runningCalls -= 1
    if runningCalls == 0 { delegate?.lastCallEnded() }
  }
}
