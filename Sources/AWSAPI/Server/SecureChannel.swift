internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import RPC

/// A connection over TLS: HTTP/2 where the client asks for it, else HTTP/1.1. New connections begin with the
/// certificate of the moment, so that it can be replaced while the server runs.
///
///     NIOSSLServerHandler ──► negotiation ──► HTTP/1.1 or HTTP/2
struct SecureChannel: ServerChildChannel {
  /// What was agreed on.
  enum Negotiated: Sendable {
    case http1(HTTP1Channel.Value)
    case http2(HTTP2Channel.Value)
  }

  /// A connection whose handshake is under way.
  struct Value: ServerChildChannelValue {
    let negotiated: EventLoopFuture<Negotiated>
    let channel: any Channel
  }

  let tls: TLSContext
  let http1: HTTP1Channel
  let http2: HTTP2Channel
  let handshakeTimeout: Duration

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result in
      switch result {
      case .negotiated("h2"):
        http2.setup(channel: channel, logger: logger).map(Negotiated.http2)
      case .negotiated, .fallback:
        http1.setup(channel: channel, logger: logger).map(Negotiated.http1)
      }
    }
    return channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(NIOSSLServerHandler(context: tls.current))
      try pipeline.addHandler(negotiation)
      let timer = channel.eventLoop.scheduleTask(in: TimeAmount(handshakeTimeout)) {
        channel.close(promise: nil)
      }
      let negotiated = negotiation.protocolNegotiationResult
      negotiated.whenComplete { _ in timer.cancel() }
      return Value(negotiated: negotiated, channel: channel)
    }
  }

  func handle(value: Value, logger: Logger) async {
    do {
      switch try await value.negotiated.get() {
      case .http1(let connection): await http1.handle(value: connection, logger: logger)
      case .http2(let connection): await http2.handle(value: connection, logger: logger)
      }
    } catch {
      logger.debug("no TLS connection came to be", metadata: ["reason": "\(error)"])
    }
  }
}
