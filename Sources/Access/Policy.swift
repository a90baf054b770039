/// Who may do what, and how often, as a file says it. What no rule allows is denied.
///
///     {
///       "rules": [
///         {"certificate": {"uri": "spiffe://example.org/gateway/*"}, "allow": ["ingest"],
///          "things": ["camera-*", "{*}"]},
///         {"token": {"sub": "console", "groups": "operators"}, "allow": ["read", "administer"]},
///         {"accessKey": "terraform-*", "allow": ["read", "administer"]},
///         {"anyone": true, "allow": ["read"]}
///       ],
///       "rates": [
///         {"method": "*", "per": "client", "callsPerSecond": 100, "burst": 200}
///       ]
///     }
package struct Policy: Sendable, Decodable {
  let rules: [Rule]
  let rates: [Rate]

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case rules, rates
  }

  /// Reads the value of a file.
  package init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(except: CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    rules = try values.decodeIfPresent([Rule].self, forKey: .rules) ?? []
    rates = try values.decodeIfPresent([Rate].self, forKey: .rates) ?? []
    guard rules.count <= Limits.rules else {
      throw values.fault(.rules, "there are more than \(Limits.rules)")
    }
    guard rates.count <= Limits.rates else {
      throw values.fault(.rates, "there are more than \(Limits.rates)")
    }
  }

  /// Whether it says who may do what. One that does not limits rates only.
  var hasRules: Bool { !rules.isEmpty }

  /// What the holder of a certificate may do.
  func grants(of certificate: CertificateNames) -> Grants {
    grants { $0.match(certificate) }
  }

  /// What the holder of an access key may do.
  func grants(ofAccessKeyNamed name: String) -> Grants {
    grants { $0.match(accessKeyNamed: name) }
  }

  /// What the bearer of a token may do.
  func grants(of claims: TokenClaims) -> Grants {
    grants { $0.match(claims) }
  }

  private func grants(_ match: (Rule.Subject) -> Substring?) -> Grants {
    var grants = Grants()
    for rule in rules {
      guard let part = match(rule.subject) else { continue }
      grants.add(rule.roles, things: rule.things?.map { $0.pattern(part) })
    }
    return grants
  }
}
