package import NIOSSL
import SwiftASN1
import X509

extension PeerCertificate {
  /// The names in a certificate; nil if it cannot be read.
  package convenience init?(_ certificate: NIOSSLCertificate) {
    guard let bytes = try? certificate.toDERBytes(),
      let certificate = try? Certificate(derEncoded: bytes),
      let names = try? certificate.extensions.subjectAlternativeNames ?? SubjectAlternativeNames()
    else { return nil }
    var (dnsNames, uris): ([String], [String]) = ([], [])
    for name in names {
      switch name {
      case .dnsName(let name): dnsNames.append(name)
      case .uniformResourceIdentifier(let uri): uris.append(uri)
      default: break
      }
    }
    self.init(subject: "\(certificate.subject)", dnsNames: dnsNames, uris: uris)
  }
}
