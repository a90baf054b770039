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
    case http1(HTTP1Channel, HTTP1Channel.Value)
    case http2(HTTP2Channel, HTTP2Channel.Value)
  }

  /// A connection whose handshake is under way.
  struct Value: ServerChildChannelValue {
    let negotiated: EventLoopFuture<Negotiated>
    let channel: any Channel
  }

  let tls: TLSContext
  let responder: Responder

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    // A request of HTTP/2 comes on a channel of its own, which knows neither address nor certificate.
    let respond: HTTPChannelHandler.Responder = { [responder] request, writer, _ in
      try await responder.respond(request, writer, Connection(channel: channel, isSecure: true))
    }
    let (http1, http2) = (
      HTTP1Channel(responder: respond, configuration: responder.limits.http1),
      HTTP2Channel(responder: respond, configuration: responder.limits.http2)
    )
    let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result in
      switch result {
      case .negotiated("h2"):
        http2.setup(channel: channel, logger: logger).map { Negotiated.http2(http2, $0) }
      case .negotiated, .fallback:
        http1.setup(channel: channel, logger: logger).map { Negotiated.http1(http1, $0) }
      }
    }
    return channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(NIOSSLServerHandler(context: tls.current))
      try pipeline.addHandler(negotiation)
      let timer = channel.eventLoop.scheduleTask(in: TimeAmount(responder.limits.handshakeTimeout))
      {
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
      case .http1(let http1, let connection):
        await http1.handle(value: connection, logger: logger)
      case .http2(let http2, let connection):
        await http2.handle(value: connection, logger: logger)
      }
    } catch {
      logger.debug("no TLS connection came to be", metadata: ["reason": "\(error)"])
    }
  }
}

extension Limits {
  /// What they are for HTTP/1.1, and for each request of HTTP/2.
  var http1: HTTP1Channel.Configuration {
    HTTP1Channel.Configuration(
      idleTimeout: TimeAmount(idleTimeout),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: headerBytes, maxHeaderListSize: headerBytes,
        maxHeaderFieldCount: headerFields))
  }

  /// What they are for HTTP/2.
  var http2: HTTP2Channel.Configuration {
    HTTP2Channel.Configuration(
      idleTimeout: idleTimeout, gracefulCloseTimeout: gracePeriod, streamConfiguration: http1)
  }
}
