import Synchronization

/// What a handler may know of its call beside the messages.
package final class CallContext: Sendable {
  /// The path: "/detect.v1.Detect/ListViolationEvents".
  package let method: String
  /// What the client sent with the call, without the protocol's own fields.
  package let metadata: Metadata
  /// The client's address and port, for logs: "127.0.0.1:53210" or "[::1]:53210".
  package let peer: String
  /// The certificate that the client has shown, if it was asked for one.
  package let certificate: PeerCertificate?
  /// Who makes the call, as the server's gate says; nil without a gate.
  package internal(set) var caller: (any Sendable)? {
    get { admitted.withLock { $0 } }
    set { admitted.withLock { $0 = newValue } }
  }
  /// How often the client has tried this call before (`grpc-previous-rpc-attempts`).
  package let previousAttempts: Int
  /// When the client gives up, if it said so (`grpc-timeout`).
  package let deadline: ContinuousClock.Instant?
  private let admitted = Mutex<(any Sendable)?>(nil)
  /// Nil until one is set, which most calls never do.
  fileprivate let fields = Mutex<ResponseMetadata.Fields?>(nil)

  /// What to send back beside the messages.
  package var response: ResponseMetadata { ResponseMetadata(context: self) }

  /// A context; the server makes one for each call.
  package init(
    method: String, metadata: Metadata = Metadata(), peer: String = "",
    certificate: PeerCertificate? = nil, caller: (any Sendable)? = nil, previousAttempts: Int = 0,
    deadline: ContinuousClock.Instant? = nil
  ) {
    self.method = method
    self.metadata = metadata
    self.peer = peer
    self.certificate = certificate
    self.previousAttempts = previousAttempts
    self.deadline = deadline
    if let caller { self.caller = caller }
  }
}

/// Metadata a handler sends back. It may be set from any thread.
package struct ResponseMetadata: Sendable {
  fileprivate struct Fields {
    var initial = Metadata()
    var trailing = Metadata()
    var compression = Compression.asRequested
  }

  fileprivate let context: CallContext

  fileprivate func change(_ change: (inout Fields) -> Void) {
    context.fields.withLock { fields in
      var changed = fields ?? Fields()
      change(&changed)
      fields = changed
    }
  }

  /// Whether nothing of it was ever set.
  var isUntouched: Bool { context.fields.withLock { $0 == nil } }

  /// Sent before the first response; what is set later is not sent.
  package var initial: Metadata {
    get { context.fields.withLock { $0?.initial ?? Metadata() } }
    nonmutating set { change { $0.initial = newValue } }
  }

  /// How responses are compressed; what is set after the first is not heeded.
  package var compression: Compression {
    get { context.fields.withLock { $0?.compression ?? .asRequested } }
    nonmutating set { change { $0.compression = newValue } }
  }

  /// Sent with the status.
  package var trailing: Metadata {
    get { context.fields.withLock { $0?.trailing ?? Metadata() } }
    nonmutating set { change { $0.trailing = newValue } }
  }
}
