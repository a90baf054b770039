/// One rule: whom it names and what these may do.
struct Rule: Sendable, Decodable {
  /// Whom a rule names.
  enum Subject: Sendable {
    /// All who have proved who they are.
    case anyone
    /// Holders of a certificate of which each of these names fits.
    case certificate([CertificateField: NamePattern])
    /// Bearers of a token of which each of these claims fits; of a list, one element.
    case token([String: NamePattern])
    /// Holders of access keys of such names.
    case accessKey(NamePattern)
  }

  enum CertificateField: String, CodingKey, CaseIterable {
    case subject, dns, uri
  }

  /// Things that may be reported: a pattern, or "{*}", what the `*` of the rule's subject stands for.
  enum Things: Sendable {
    case named(NamePattern)
    case likeSubject

    func pattern(_ part: Substring) -> NamePattern {
      switch self {
      case .named(let pattern): pattern
      case .likeSubject: NamePattern(exactly: String(part))
      }
    }
  }

  let subject: Subject
  let roles: [Role]
  /// Nil for all.
  let things: [Things]?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case certificate, token, accessKey, anyone, allow, things
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(except: CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    roles = try values.decode([Role].self, forKey: .allow)
    subject = try Self.subject(values)
    guard let texts = try values.decodeIfPresent([String].self, forKey: .things) else {
      things = nil
      return
    }
    guard roles.contains(.ingest) else {
      throw values.fault(.things, "things are for rules that allow \"ingest\"")
    }
    let openPatterns = subject.patterns.count { $0.isOpen }
    things = try texts.map { text in
      if text == "{*}" {
        guard openPatterns == 1 else {
          throw values.fault(.things, "{*} needs one * in what the rule says of the caller")
        }
        return .likeSubject
      }
      guard let pattern = NamePattern(text) else {
        throw values.fault(.things, "\"\(text)\" has more than one *")
      }
      return .named(pattern)
    }
  }

  private static func subject(
    _ values: KeyedDecodingContainer<CodingKeys>
  ) throws -> Subject {
    let given = [CodingKeys.certificate, .token, .accessKey, .anyone].filter {
      values.contains($0)
    }
    guard given.count == 1, let key = given.first else {
      throw values.fault(.allow, "a rule has one of certificate, token, accessKey and anyone")
    }
    if key == .anyone {
      guard try values.decode(Bool.self, forKey: key) else {
        throw values.fault(key, "can only be true")
      }
      return .anyone
    }
    func pattern(_ text: String) throws -> NamePattern {
      guard let pattern = NamePattern(text) else {
        throw values.fault(key, "\"\(text)\" has more than one *")
      }
      return pattern
    }
    if key == .accessKey {
      return .accessKey(try pattern(values.decode(String.self, forKey: key)))
    }
    let patterns = try values.decode([String: String].self, forKey: key).mapValues(pattern)
    guard !patterns.isEmpty else { throw values.fault(key, "names nobody") }
    guard key == .certificate else { return .token(patterns) }
    var fields: [CertificateField: NamePattern] = [:]
    for (name, pattern) in patterns {
      guard let field = CertificateField(rawValue: name) else {
        throw values.fault(key, "a certificate has subject, dns and uri, not \"\(name)\"")
      }
      guard pattern.fixesTrustDomain else {
        throw values.fault(key, "no * in the trust domain of a SPIFFE id")
      }
      fields[field] = pattern
    }
    return .certificate(fields)
  }
}

extension Rule.Subject {
  var patterns: [NamePattern] {
    switch self {
    case .anyone: []
    case .certificate(let fields): Array(fields.values)
    case .token(let claims): Array(claims.values)
    case .accessKey(let name): [name]
    }
  }

  /// What the `*` stands for if the rule names this certificate; nil if it does not.
  func match(_ names: CertificateNames) -> Substring? {
    switch self {
    case .anyone: ""
    case .token, .accessKey: nil
    case .certificate(let fields):
      fields.matchAll { field in
        switch field {
        case .subject: [names.subject]
        case .dns: names.dnsNames
        case .uri: names.uris
        }
      }
    }
  }

  /// The same for the holder of an access key.
  func match(accessKeyNamed name: String) -> Substring? {
    switch self {
    case .anyone: ""
    case .certificate, .token: nil
    case .accessKey(let pattern): pattern.match(name)
    }
  }

  /// The same for a token.
  func match(_ claims: TokenClaims) -> Substring? {
    switch self {
    case .anyone: ""
    case .certificate, .accessKey: nil
    case .token(let patterns): patterns.matchAll { claims[$0] }
    }
  }
}

extension Dictionary where Value == NamePattern {
  /// If each pattern fits one of the names that its key has: what the `*` stands for.
  fileprivate func matchAll(_ names: (Key) -> [String]) -> Substring? {
    var part: Substring = ""
    for (key, pattern) in self {
      guard let match = names(key).lazy.compactMap({ pattern.match($0) }).first else { return nil }
      if pattern.isOpen { part = match }
    }
    return part
  }
}
