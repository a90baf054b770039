package import Access
internal import HTTPTypes
internal import NIOCore
internal import NIOSSL
package import RPC
internal import SigV4

/// Decides over requests: who sends them, and whether that caller may do what they ask for. What it refuses it
/// logs, without what the client has shown.
package struct Gate: Sendable {
  private let access: AccessControl
  private let region: String
  private let log: QuietLog

  /// A gate that takes signatures for this region, and tells the log of each refusal.
  package init(access: AccessControl, region: String, log: QuietLog) {
    self.access = access
    self.region = region
    self.log = log
  }

  /// Lets a request through and gives what its caller may do, or throws what it shall be answered with.
  func admit(
    _ head: HTTPRequest, body: [UInt8], to method: String, on connection: Connection
  ) async throws(AWSError) -> Grants {
    let channel = connection.channel
    let address = channel.remoteAddress?.ipAddress ?? ""
    let certificate =
      connection.isSecure ? try? await channel.nioSSL_peerCertificate().get() : nil
    let names = certificate.flatMap(PeerCertificate.init).map {
      CertificateNames(subject: $0.subject, dnsNames: $0.dnsNames, uris: $0.uris)
    }
    var name = ""
    do throws(Denial) {
      let admission = try access.admit(to: method, from: address, name: &name) {
        () throws(Denial) in
        var credentials = Credentials(certificate: names, address: address)
        try addProof(to: &credentials, head, body)
        return credentials
      }
      return admission?.caller.grants ?? .everything
    } catch {
      log.info(
        "call refused",
        ["peer": address, "method": method, "caller": name, "reason": error.logText])
      throw AWSError(error)
    }
  }

  /// Adds what the request itself proves: by a signature, if there are keys to check it with, or by a bearer
  /// token. The aws CLI signs always, with whatever keys it has.
  private func addProof(
    to credentials: inout Credentials, _ head: HTTPRequest, _ body: [UInt8]
  ) throws(Denial) {
    let authorizations = head.headerFields[values: .authorization]
    let isSigned = authorizations.contains { $0.hasPrefix("AWS4-HMAC-SHA256") }
    if access.takesSignatures {
      do throws(SigV4.VerificationError) {
        credentials.accessKeyID = try SigV4.verify(
          SigV4.Request(head, body: body), for: .init(region: region, service: "iot"),
          at: access.now / 1000, secret: access.secret(ofAccessKey:))
        return
      } catch .unsigned {
        // It may prove who it is in another way.
      } catch {
        throw .unauthenticated(reason: "bad signature: \(error)", hasToken: true)
      }
    }
    guard authorizations.count <= 1 else {
      throw .unauthenticated(reason: "more than one authorization", hasToken: true)
    }
    if let text = authorizations.first, !isSigned {
      credentials.token = try BearerToken.token(inAuthorization: text)
    }
  }
}

extension SigV4.Request {
  /// The request as it was sent.
  fileprivate init(_ head: HTTPRequest, body: [UInt8]) {
    let target = head.path ?? "/"
    let path = target.prefix { $0 != "?" }
    var headers = head.headerFields.map { SigV4.Header($0.name.rawName, $0.value) }
    if let host = head.authority { headers.append(SigV4.Header("host", host)) }
    self.init(
      method: head.method.rawValue, path: String(path),
      query: String(target[path.endIndex...].dropFirst()), headers: headers, body: body)
  }
}
