/// What a connection tells whoever moves its bytes.
protocol ConnectionDelegate: AnyObject {
  /// Frames wait to be written, outside of `receive`.
  func hasFrames()
  /// No handler of this connection runs any more.
  func lastCallEnded()
}

/// One client's connection as gRPC sees it: turns requests into calls and starts their handlers.
///
/// `@unchecked Sendable`: touched only on `loop`, where the channel and all its calls live.
final class Connection: HTTP2SessionDelegate, @unchecked Sendable {
  let session: HTTP2Session
  /// Told about frames to write, and when the last handler has ended; it sets this to nil then.
  var delegate: (any ConnectionDelegate)?

  private let methods: [String: Method]
  private let limits: Limits
  private let peer: String
  private let loop: any ConnectionLoop
  /// Calls whose handlers start when the bytes at hand have been taken in: by then a client that
  /// cancels at once has done so, and nghttp2 is not on the stack.
  private var startable: [Call] = []
  /// Handlers that run.
  private(set) var runningCalls = 0

  init(methods: [String: Method], limits: Limits, peer: String, loop: any ConnectionLoop) {
    self.methods = methods
    self.limits = limits
    self.peer = peer
    self.loop = loop
    session = HTTP2Session(limits: limits)
    session.delegate = self
  }

  /// Takes bytes from the client, then starts the calls that have become complete.
  func receive(_ bytes: Span<UInt8>) throws(HTTP2Error) {
    try session.receive(bytes)
    let calls = startable
    startable.removeAll(keepingCapacity: true)
    for call in calls { call.start() }
  }

  /// Ends every call with this status.
  func cutCalls(_ status: RPCStatus) {
    for handler in session.openHandlers { (handler as? Call)?.cut(status) }
  }

  func accept(_ stream: Int32, _ fields: HTTP2FieldList) -> any HTTP2StreamHandler {
    do throws(RequestHead.Refusal) {
      let head = try RequestHead(fields)
      guard let method = methods[head.path] else {
        throw .status(RPCStatus(.unimplemented, "unknown method \(head.path)"))
      }
      let context = CallContext(
        method: head.path, metadata: head.metadata, peer: peer,
        deadline: head.timeout.map { .now + $0 })
      let call = Call(
        stream, of: self, method: method, context: context, limits: limits, loop: loop)
      if let timeout = head.timeout { call.endAfter(timeout) }
      if !method.takesOneRequest { start(call) }
      return call
    } catch {
      return RefusedRequest(error, stream, of: session)
    }
  }

  func hasFrames() { delegate?.hasFrames() }

  /// Starts a call's handler soon.
  func start(_ call: Call) { startable.append(call) }

  func callBegan() { runningCalls += 1 }

  func callEnded() {
    runningCalls -= 1
    if runningCalls == 0 { delegate?.lastCallEnded() }
  }
}
