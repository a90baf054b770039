import Synchronization

/// What decides over calls: files that can be replaced while the server runs.
package struct AccessFiles: Sendable, Equatable {
  /// Whose bearer tokens are taken; nil takes none.
  package var tokens: TokenIssuer?
  /// A file with the access keys that requests may be signed with; nil knows none.
  package var accessKeys: String?
  /// A file with a `Policy`.
  package var policy: String
  /// Whether clients can say who they are, by a token, a certificate or a signature. Then the policy must have
  /// rules, and else it can have none.
  package var identifiesCallers: Bool

  /// The files.
  package init(
    policy: String, tokens: TokenIssuer? = nil, accessKeys: String? = nil, identifiesCallers: Bool
  ) {
    self.policy = policy
    self.tokens = tokens
    self.accessKeys = accessKeys
    self.identifiesCallers = identifiesCallers
  }

  /// The paths of all of them.
  package var paths: [String] { [policy] + [tokens?.keyFile, accessKeys].compactMap(\.self) }
}

/// What a client shows to say who it is.
package struct Credentials: Sendable {
  /// The bearer token. Where there is one it counts, and not the certificate.
  package var token: String?
  /// The id of the access key that the call is signed with, once the signature is verified. It counts as a
  /// token does; no call has both.
  package var accessKeyID: String?
  /// The names in the certificate that the transport has verified.
  package var certificate: CertificateNames?
  /// Where the client is, without its port.
  package var address: String

  /// What a client shows.
  package init(
    token: String? = nil, accessKeyID: String? = nil, certificate: CertificateNames? = nil,
    address: String
  ) {
    self.token = token
    self.accessKeyID = accessKeyID
    self.certificate = certificate
    self.address = address
  }
}

/// Decides who makes a call, and whether that caller may. It knows names, tokens and roles, and nothing
/// of how a call came here.
package final class AccessControl: Sendable {
  /// What was read from the files, and what follows from it. It is replaced as a whole.
  private final class Rulebook: Sendable {
    let policy: Policy
    let verifier: TokenVerifier?
    let accessKeys: AccessKeys?
    let limiter: RateLimiter
    let callers = Mutex(CallerCache<CallerKey>(capacity: Limits.rememberedCallers))

    init(_ files: AccessFiles) async throws(AccessFault) {
      policy = try decodeFile(files.policy, as: Policy.self)
      guard policy.hasRules == files.identifiesCallers else {
        throw AccessFault(
          description: files.identifiesCallers
            ? "\(files.policy) has no rules: nobody could do anything"
            : "\(files.policy) has rules, and clients cannot say who they are")
      }
      verifier =
        if let tokens = files.tokens { try await TokenVerifier(tokens) } else { nil }
      accessKeys = if let path = files.accessKeys { try AccessKeys(file: path) } else { nil }
      limiter = RateLimiter(policy.rates)
    }
  }

  private enum CallerKey: Hashable {
    case token(String)
    case accessKey(String)
    case certificate(CertificateNames)
  }

  private let files: AccessFiles
  private let uptime: @Sendable () -> Int64
  private let clock: @Sendable () -> Int64
  private let wrongTokens = WrongTokens()
  private let rulebook: Mutex<Rulebook>

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - clock: milliseconds since the epoch.
  ///   - uptime: nanoseconds of a clock that is never set.
  package init(
    _ files: AccessFiles, clock: @escaping @Sendable () -> Int64,
    uptime: @escaping @Sendable () -> Int64 = AccessControl.steadyNanoseconds
  ) async throws(AccessFault) {
    self.files = files
    self.uptime = uptime
    self.clock = clock
    rulebook = Mutex(try await Rulebook(files))
  }

  /// Since the first question.
  package static let steadyNanoseconds: @Sendable () -> Int64 = {
    Int64(start.duration(to: .now) / .nanoseconds(1))
  }

  private static let start = ContinuousClock.now

  /// Reads the files again. If they cannot be used, what was read before stays in use. What is new
  /// applies from the next call on.
  package func reload() async throws(AccessFault) {
    let new = try await Rulebook(files)
    rulebook.withLock { $0 = new }
  }

  /// Milliseconds since the epoch.
  package var now: Int64 { clock() }

  /// Who makes a call. Throws `unauthenticated` if that is not proved, where there are rules to prove
  /// it for, and `throttled` where it was not proved too often.
  package func caller(_ credentials: Credentials) throws(Denial) -> Caller {
    let book = rulebook.withLock { $0 }
    let now = clock()
    guard book.policy.hasRules else {
      return Caller(name: "address \(credentials.address)", expiry: nil, grants: .everything)
    }
    let key: CallerKey
    if let token = credentials.token {
      key = .token(token)
    } else if let id = credentials.accessKeyID {
      key = .accessKey(id)
    } else if let certificate = credentials.certificate {
      key = .certificate(certificate)
    } else {
      throw .unauthenticated(reason: "no credentials", hasToken: false)
    }
    if let known = book.callers.withLock({ $0[key] }) {
      guard let expiry = known.expiry, now >= expiry + Limits.clockLeeway else { return known }
      throw .badToken("it has expired")
    }
    let caller = try identify(key, credentials.address, book, now)
    book.callers.withLock { $0[key] = caller }
    return caller
  }

  private func identify(
    _ key: CallerKey, _ address: String, _ book: Rulebook, _ now: Int64
  ) throws(Denial) -> Caller {
    switch key {
    case .certificate(let names):
      return Caller(
        name: "certificate \(names.name)", expiry: nil, grants: book.policy.grants(of: names))
    case .accessKey(let id):
      guard let accessKey = book.accessKeys?[id] else {
        throw .unauthenticated(reason: "the access key is no longer known", hasToken: false)
      }
      return Caller(
        name: "access key \(accessKey.name)", expiry: nil,
        grants: book.policy.grants(ofAccessKeyNamed: accessKey.name))
    case .token(let token):
      guard let verifier = book.verifier else { throw .badToken("no issuer is known") }
      let claims = try wrongTokens.checking(from: address, now: uptime()) { () throws(Denial) in
        try verifier.claims(of: token, now: now)
      }
      return Caller(
        name: "token \(claims["sub"].joined())", expiry: claims.expiry,
        grants: book.policy.grants(of: claims))
    }
  }

  /// Whether calls may be signed.
  package var takesSignatures: Bool { files.accessKeys != nil }

  /// The secret of an access key; nil where nobody has the key.
  package func secret(ofAccessKey id: String) -> String? {
    rulebook.withLock { $0 }.accessKeys?[id]?.secret
  }

  /// Decides over a call: who makes it, whether that caller has the role of the method, and whether it
  /// calls too often. Nil where the method is for everybody, who need not say who they are.
  ///
  /// - Parameters:
  ///   - method: the path of a method of the contract.
  ///   - address: where the client is, without its port.
  ///   - name: becomes the caller's name as soon as it is known, for the log.
  ///   - credentials: what the client shows.
  package func admit(
    to method: String, from address: String, name: inout String,
    _ credentials: () throws(Denial) -> Credentials
  ) throws(Denial) -> (caller: Caller, credentials: Credentials)? {
    name = "address \(address)"
    guard case .role(let role) = MethodRoles.audiences[method] else {
      try count(method: method, client: name)
      return nil
    }
    let credentials = try credentials()
    let caller = try caller(credentials)
    name = caller.name
    guard caller.grants.allows(role) else {
      throw .forbidden(reason: "the policy does not allow this caller to \(role)")
    }
    try count(method: method, client: name)
    return (caller, credentials)
  }

  /// Counts a call against the rates. Throws `throttled`.
  package func count(method: String, client: String) throws(Denial) {
    try rulebook.withLock { $0.limiter }.count(method: method, client: client, now: uptime())
  }
}
