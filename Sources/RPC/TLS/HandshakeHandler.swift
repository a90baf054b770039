import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the TLS handler until the handshake is complete, then makes way for the connection.
///
///     before    NIOSSLServerHandler ──► HandshakeHandler
///     after     NIOSSLServerHandler ──► ConnectionHandler
///
/// A client that takes too long, that speaks no TLS, shows no certificate that we trust, or did not
/// agree on HTTP/2, gets no further.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let timeout: Duration
  private let denials: QuietLog
  private let makeConnectionHandler: (PeerCertificate?) -> ConnectionHandler
  private let onEnd: () -> Void
  private var cancelTimeout: (() -> Void)?
  private var isComplete = false
  private var isRefused = false

  /// `onEnd` is called if the channel is closed before there is a connection.
  init(
    timeout: Duration, denials: QuietLog, onEnd: @escaping () -> Void,
    makeConnectionHandler: @escaping (PeerCertificate?) -> ConnectionHandler
  ) {
    self.timeout = timeout
    self.denials = denials
    self.onEnd = onEnd
    self.makeConnectionHandler = makeConnectionHandler
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { [self] in
      refuse(context, "the handshake takes too long")
    }
    cancelTimeout = { timer.cancel() }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    cancelTimeout?()
    cancelTimeout = nil
    if !isComplete { onEnd() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSUserEvent.handshakeCompleted(let negotiated):
      complete(context, negotiated)
    case is Stop:
      context.close(promise: nil)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  private func complete(_ context: ChannelHandlerContext, _ negotiated: String?) {
    guard !isRefused else { return }
    // gRPC asks for it, and a client that did not ask for HTTP/2 may speak something else.
    guard negotiated == "h2" else {
      return refuse(context, "the client does not offer HTTP/2 in ALPN")
    }
    do {
      let pipeline = context.pipeline.syncOperations
      let shown = try pipeline.nioSSL_peerCertificate()
      let certificate = shown.flatMap(PeerCertificate.init)
      if shown != nil, certificate == nil {
        return refuse(context, "the client's certificate cannot be read")
      }
      try pipeline.addHandler(makeConnectionHandler(certificate), position: .after(self))
      isComplete = true
      pipeline.removeHandler(self, promise: nil)
    } catch {
      refuse(context, "\(error)")
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    refuse(context, Self.reason(error))
  }

  /// What BoringSSL says, or, of what it says most often, what it means.
  private static func reason(_ error: any Error) -> String {
    let text = "\(error)"
    if text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
      return "the client shows no certificate"
    }
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return "the client's certificate is not of a trusted authority, or not valid now"
    }
    let isPlain = ["HTTP_REQUEST", "WRONG_VERSION_NUMBER", "HTTPS_PROXY_REQUEST"].contains {
      text.contains($0)
    }
    return isPlain ? "the client does not speak TLS" : text
  }

  private func refuse(_ context: ChannelHandlerContext, _ reason: String) {
    guard !isRefused, !isComplete else { return }
    isRefused = true
    denials.info(
      "connection refused",
      ["peer": context.channel.remoteAddress?.peer ?? "", "reason": reason])
    context.close(promise: nil)
  }
}
