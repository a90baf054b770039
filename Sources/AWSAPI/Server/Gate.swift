package import Access
internal import HTTPTypes
internal import NIOCore
internal import NIOSSL
package import RPC

/// Decides over requests: who sends them, and whether that caller may do what they ask for. What it refuses it
/// logs, without what the client has shown.
package struct Gate: Sendable {
  private let access: AccessControl
  private let log: QuietLog
  private let uptime: @Sendable () -> Int64

  /// - Parameters:
  ///   - log: told of each refusal.
  ///   - uptime: nanoseconds of a clock that is never set.
  package init(
    access: AccessControl, log: QuietLog, uptime: @escaping @Sendable () -> Int64
  ) {
    self.access = access
    self.log = log
    self.uptime = uptime
  }

  /// Lets a request through, or throws what it shall be answered with.
  func admit(
    _ head: HTTPRequest, body: [UInt8], to method: String, on channel: any Channel
  ) async throws(AWSError) {
    let connection = channel.parent ?? channel
    let address = connection.remoteAddress?.ipAddress ?? ""
    let certificate = try? await connection.pipeline.handler(type: NIOSSLServerHandler.self)
      .flatMap { _ in connection.nioSSL_peerCertificate() }.get()
    let names = certificate.flatMap(PeerCertificate.init).map {
      CertificateNames(subject: $0.subject, dnsNames: $0.dnsNames, uris: $0.uris)
    }
    var name = ""
    do throws(Denial) {
      _ = try access.admit(to: method, from: address, uptime: uptime(), name: &name) {
        () throws(Denial) in
        var credentials = Credentials(certificate: names, address: address)
        let authorizations = head.headerFields[values: .authorization]
        guard authorizations.count <= 1 else {
          throw .unauthenticated(reason: "more than one authorization", hasToken: true)
        }
        credentials.token = try authorizations.first.map { (text) throws(Denial) in
          try BearerToken.token(inAuthorization: text)
        }
        return credentials
      }
    } catch {
      log.info(
        "call refused",
        ["peer": address, "method": method, "caller": name, "reason": error.logText])
      throw AWSError(error)
    }
  }
}
