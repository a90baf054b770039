/// Where the keys of a server are: files in PEM.
package struct TLSFiles: Sendable, Equatable {
  /// The server's certificate, and behind it those of intermediate authorities, if any.
  package var certificateChain: String
  /// The private key of that certificate.
  package var privateKey: String
  /// The authorities whose certificates clients may show; nil asks no client for a certificate.
  package var clientAuthorities: String?
  /// Whether a client without a certificate is refused, when clients are asked for one.
  package var requiresClientCertificate: Bool

  /// The files of a server.
  package init(
    certificateChain: String, privateKey: String, clientAuthorities: String? = nil,
    requiresClientCertificate: Bool = true
  ) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.clientAuthorities = clientAuthorities
    self.requiresClientCertificate = requiresClientCertificate
  }

  /// The paths of all of them.
  package var paths: [String] {
    [certificateChain, privateKey] + (clientAuthorities.map { [$0] } ?? [])
  }
}

/// Why the files cannot be used, in one sentence that names the file.
package struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence.
  package let description: String
}
