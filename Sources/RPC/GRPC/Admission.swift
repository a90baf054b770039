/// Decides over a call when its header has come, before anything of its body is kept. It runs on the
/// connection's event loop and must not block. Throws what the call shall end with.
package typealias CallGate = @Sendable (CallContext) throws(RPCStatus) -> Admission

/// What a gate says of a call that may go on.
package struct Admission: Sendable {
  /// Who makes the call: what the handler finds in `CallContext.caller`.
  package var caller: (any Sendable)?
  /// After this time a call that may last for ever ends with UNAUTHENTICATED, since what the caller
  /// has shown is no longer good. Nil is never.
  package var lifetime: Duration?

  /// An admission.
  package init(caller: (any Sendable)? = nil, lifetime: Duration? = nil) {
    self.caller = caller
    self.lifetime = lifetime
  }
}
