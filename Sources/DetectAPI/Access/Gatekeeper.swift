package import Access
package import RPC

/// Decides over calls at the server's gate: who calls, whether that caller has the role of the method,
/// and whether it calls too often. What it refuses it logs, without what the client has shown.
package struct Gatekeeper: Sendable {
  private let access: AccessControl
  private let log: QuietLog

  /// A gate that tells the log of each refusal.
  package init(access: AccessControl, log: QuietLog) {
    self.access = access
    self.log = log
  }

  /// What the transport asks of each call.
  package func admit(_ call: CallContext) throws(RPCStatus) -> Admission {
    let address = String(Self.address(of: call.peer))
    var name = ""
    do throws(Denial) {
      let admitted = try access.admit(
        to: call.method, from: address, name: &name
      ) { () throws(Denial) in try Self.credentials(call, address) }
      guard let (caller, credentials) = admitted else { return Admission() }
      return Admission(
        caller: AdmittedCaller(access: access, credentials: credentials),
        lifetime: caller.expiry.map { .milliseconds(max(0, $0 - access.now)) })
    } catch {
      var fields = [
        "peer": call.peer, "method": call.method, "caller": name, "reason": error.logText,
      ]
      if call.previousAttempts > 0 { fields["previous-attempts"] = String(call.previousAttempts) }
      log.info("call refused", fields)
      throw RPCStatus(error)
    }
  }

  /// What the client shows. More than one token is none: nobody knows which of them counts.
  private static func credentials(
    _ call: CallContext, _ address: String
  ) throws(Denial) -> Credentials {
    var credentials = Credentials(
      certificate: call.certificate.map {
        CertificateNames(subject: $0.subject, dnsNames: $0.dnsNames, uris: $0.uris)
      }, address: address)
    for value in call.metadata.all(named: "authorization") {
      guard case .text(let text) = value, credentials.token == nil else {
        throw .unauthenticated(reason: "more than one authorization", hasToken: true)
      }
      credentials.token = try BearerToken.token(inAuthorization: text)
    }
    return credentials
  }

  /// The address of "192.0.2.7:53210".
  private static func address(of peer: String) -> Substring {
    peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...]
  }
}

/// The caller of a call that the gate has let through.
struct AdmittedCaller: Sendable {
  let access: AccessControl
  let credentials: Credentials
}

/// What may be reported in a call. It asks again for each batch, since a stream of reports may outlast
/// the policy it began under.
struct Reporter: Sendable {
  private let caller: AdmittedCaller?

  init(_ call: CallContext) { caller = call.caller as? AdmittedCaller }

  /// What the caller may report now. Throws UNAUTHENTICATED or PERMISSION_DENIED if it may not report
  /// any more.
  func grants() throws(RPCStatus) -> Grants {
    guard let caller else { return .everything }
    do throws(Denial) {
      let grants = try caller.access.caller(caller.credentials).grants
      guard grants.allows(.ingest) else { throw .forbidden(reason: "") }
      return grants
    } catch {
      throw RPCStatus(error)
    }
  }
}
