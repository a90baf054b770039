import Access
import ArgumentParser
import RPC

/// Who may connect, and who may do what.
struct SecurityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Speak TLS with the certificate in this PEM file, intermediates behind it.",
      valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The private key of that certificate, in PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "Ask clients for certificates of the authorities in this PEM file.", valueName: "file"))
  var tlsClientCa: String?

  @Option(help: "Whether a client must show a certificate, if clients are asked for one.")
  var tlsClientCertificate = ClientCertificate.required

  @Option(
    help: ArgumentHelp(
      "Take bearer tokens whose \"iss\" is this. Needs --token-audience and --token-keys.",
      valueName: "text"))
  var tokenIssuer: String?

  @Option(help: ArgumentHelp("The \"aud\" that tokens must have.", valueName: "text"))
  var tokenAudience: String?

  @Option(
    help: ArgumentHelp(
      "The issuer's keys: a JSON Web Key Set.", valueName: "file"))
  var tokenKeys: String?

  @Option(
    help: ArgumentHelp(
      "Take requests of the AWS protocol that are signed with the keys in this JSON file; nobody "
        + "else may read it.", valueName: "file"))
  var accessKeys: String?

  @Option(
    help: ArgumentHelp(
      "Who may do what, and how often: a JSON file. docs/security.md explains it.",
      valueName: "file"))
  var accessPolicy: String?

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Listen beyond this machine without TLS, or without knowing who calls.")
  var insecure = false
}

/// Whether a client must show a certificate.
enum ClientCertificate: String, CaseIterable, ExpressibleByArgument {
  case required
  case optional
}

/// The files of what the options ask for, and how far it can be trusted.
struct Security: Equatable {
  var tls: TLSFiles?
  var access: AccessFiles?

  /// Whether every caller proves who it is.
  var identifiesCallers: Bool { access?.identifiesCallers ?? false }

  /// All that can be replaced while the server runs.
  var paths: [String] { (tls?.paths ?? []) + (access?.paths ?? []) }

  /// What is missing for an address that others reach, in words; nil if nothing is.
  var gap: String? {
    switch (tls != nil, identifiesCallers) {
    case (true, true): nil
    case (true, false): "there is no authentication"
    case (false, true): "there is no TLS: tokens can be read on the way"
    case (false, false): "there is no TLS and no authentication"
    }
  }
}

extension SecurityOptions {
  /// Refuses what each option allows and all together do not, and what others could reach unprotected.
  func security(on addresses: ListenAddresses) throws(ValidationError) -> Security {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key go together")
    }
    guard tlsClientCa == nil || tlsCertificate != nil else {
      throw ValidationError("--tls-client-ca needs --tls-certificate and --tls-key")
    }
    guard accessKeys == nil || addresses.aws != nil else {
      throw ValidationError("--access-keys needs --aws-listen: gRPC is not signed")
    }
    let tokens = try tokens()
    var security = Security()
    if let tlsCertificate, let tlsKey {
      security.tls = TLSFiles(
        certificateChain: tlsCertificate, privateKey: tlsKey, clientAuthorities: tlsClientCa,
        requiresClientCertificate: tlsClientCertificate == .required)
    }
    let identifiesCallers = tokens != nil || tlsClientCa != nil || accessKeys != nil
    if let accessPolicy {
      security.access = AccessFiles(
        policy: accessPolicy, tokens: tokens, accessKeys: accessKeys,
        identifiesCallers: identifiesCallers)
    } else if identifiesCallers {
      throw ValidationError(
        "--access-policy is missing: it says what clients with a certificate, a token or an access "
          + "key may do")
    }
    if let gap = security.gap, !insecure,
      let address = addresses.all.first(where: { !$0.isLoopback })
    {
      throw ValidationError(
        "others reach \(address), and \(gap). docs/security.md says how to secure it; --insecure "
          + "listens all the same")
    }
    return security
  }

  private func tokens() throws(ValidationError) -> TokenIssuer? {
    switch (tokenIssuer, tokenAudience, tokenKeys) {
    case (nil, nil, nil): return nil
    case (let issuer?, let audience?, let keys?):
      return TokenIssuer(issuer: issuer, audience: audience, keyFile: keys)
    default:
      throw ValidationError("--token-issuer, --token-audience and --token-keys go together")
    }
  }
}
