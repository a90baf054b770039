/// The names in a certificate that a client has shown, and that one of our authorities has signed.
package final class PeerCertificate: Sendable {
  /// The subject as it is written: "CN=gateway-7,O=Example". Empty if the certificate has none.
  package let subject: String
  /// The DNS names among the subject's alternative names.
  package let dnsNames: [String]
  /// The URIs among them, such as SPIFFE ids.
  package let uris: [String]

  /// A certificate of these names.
  package init(subject: String, dnsNames: [String] = [], uris: [String] = []) {
    self.subject = subject
    self.dnsNames = dnsNames
    self.uris = uris
  }
}
