import Logging
import NIOCore

/// Moves the bytes between a channel and its connection.
///
/// Reads: each read goes to the connection; when the channel has no more, what there is to answer
/// leaves in one write. Writes: only while the channel is writable, and while it is not, nothing is
/// read from that peer either, so a peer that does not read cannot make us hold its answers.
final class ConnectionHandler: ChannelDuplexHandler, ConnectionDelegate {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = Never
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum State {
    case open
    /// The last frames are being written; the channel closes after them.
    case closing
    case closed
  }

  private let connection: Connection
  private let limits: Limits
  private let logger: Logger
  private let onEnd: () -> Void
  private var state = State.open
  private var context: ChannelHandlerContext?
  private var output = ByteBuffer()
  /// Whether `channelReadComplete` will come and write.
  private var isReading = false
  private var isFlushScheduled = false

  /// `onEnd` is called once, when the channel is closed and no handler runs any more.
  init(_ connection: Connection, limits: Limits, logger: Logger, onEnd: @escaping () -> Void) {
    self.connection = connection
    self.limits = limits
    self.logger = logger
    self.onEnd = onEnd
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.delegate = self
    // Behind TLS the channel has long been active.
    if context.channel.isActive { channelActive(context: context) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    closed()
  }

  func channelActive(context: ChannelHandlerContext) {
    connection.begin()
    flush(context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .open = state else { return }
    isReading = true
    let bytes = unwrapInboundIn(data)
    do throws(HTTP2Error) {
      try connection.receive(bytes.readableBytesUInt8Span)
    } catch {
      logger.debug("bad HTTP/2", metadata: ["reason": "\(error)"])
      flush(context)
      closeAfterWrites(context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    flush(context)
  }

  func read(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      context.read()
    } else {
      connection.isReadHeld = true
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    flush(context)
    if connection.isReadHeld, context.channel.isWritable {
      connection.isReadHeld = false
      context.read()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    closed()
  }

  /// The channel is gone. Comes twice for one that was active, once for one that never was.
  private func closed() {
    if case .closed = state { return }
    state = .closed
    connection.lost()
    if connection.runningCalls == 0 { end() }
  }

  func lastCallEnded() {
    if case .closed = state { end() }
  }

  func isDead() {
    logger.debug("the peer does not answer")
    context?.close(promise: nil)
  }

  private func end() {
    connection.delegate = nil
    onEnd()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    logger.debug("connection lost", metadata: ["reason": "\(error)"])
    context.close(promise: nil)
  }

  func hasFrames() {
    guard !isReading, !isFlushScheduled, case .open = state, let context else { return }
    isFlushScheduled = true
    context.eventLoop.assumeIsolated().execute { [self] in
      isFlushScheduled = false
      if let context = self.context { flush(context) }
    }
  }

  /// Writes what the session has, as far as the channel takes it.
  private func flush(_ context: ChannelHandlerContext) {
    guard case .open = state else { return }
    do throws(HTTP2Error) {
      var hasMore = true
      while hasMore, context.channel.isWritable {
        output.clear()
        hasMore = try connection.writeFrames(limit: limits.maxUnwrittenBytes) { frame in
          unsafe output.writeBytes(frame.bytes)
        }
        if output.readableBytes > 0 {
          context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        }
      }
    } catch {
      logger.debug("bad HTTP/2", metadata: ["reason": "\(error)"])
      return closeAfterWrites(context)
    }
    if connection.session.isFinished { closeAfterWrites(context) }
  }

  private func closeAfterWrites(_ context: ChannelHandlerContext) {
    guard case .open = state else { return }
    state = .closing
    connection.lost()
    let end = context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated()
    let timer = context.eventLoop.assumeIsolated().scheduleTask(
      in: TimeAmount(limits.closeTimeout)
    ) {
      context.close(promise: nil)
    }
    end.whenComplete { _ in
      timer.cancel()
      context.close(promise: nil)
    }
  }
}

/// A step of the server's stop, sent through the pipeline of each connection.
enum Stop {
  /// Tell the client, serve what is under way, close.
  case gracefully
  /// End every call and close.
  case now
}

extension ConnectionHandler {
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case Stop.gracefully:
      connection.endGracefully()
    case Stop.now:
      connection.cutCalls(RPCStatus(.unavailable, "the server is shutting down"))
      flush(context)
      context.close(promise: nil)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }
}
