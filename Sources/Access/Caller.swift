/// The names in a client's certificate, once the transport has verified it.
package struct CertificateNames: Sendable, Hashable {
  /// The subject as it is written: "CN=gateway-7,O=Example".
  package var subject: String
  /// The DNS names among the subject's alternative names.
  package var dnsNames: [String]
  /// The URIs among them. A SPIFFE id counts only where it is the only one, as SPIFFE asks.
  package var uris: [String]

  /// The names of a certificate.
  package init(subject: String, dnsNames: [String] = [], uris: [String] = []) {
    self.subject = subject
    self.dnsNames = dnsNames
    self.uris = uris.count == 1 ? uris : uris.filter { !$0.hasPrefix("spiffe:") }
  }

  /// The name that says most about who it is, for logs.
  var name: String { uris.first ?? dnsNames.first ?? subject }
}

/// Who makes a call, and what this caller may do.
package struct Caller: Sendable {
  /// Who it is, for logs and for counting: "certificate spiffe://example.org/gateway/7",
  /// "token gateway-7", "address 192.0.2.7". Holds no secret.
  package let name: String
  /// When its token expires, in milliseconds since the epoch; nil for a caller without one.
  package let expiry: Int64?
  /// What it may do.
  package let grants: Grants
}

/// What a caller may do: the sum of all rules that name it.
package struct Grants: Sendable, Equatable {
  private var roles: Set<Role> = []
  private var things: [NamePattern] = []
  private var hasAllThings = false

  /// Nothing.
  package init() {}

  /// Everything.
  package static let everything: Grants = {
    var grants = Grants()
    grants.roles = Set(Role.allCases)
    grants.hasAllThings = true
    return grants
  }()

  /// Adds what a rule allows; `things` is nil for all things.
  mutating func add(_ roles: [Role], things: [NamePattern]?) {
    self.roles.formUnion(roles)
    guard roles.contains(.ingest) else { return }
    if let things { self.things += things } else { hasAllThings = true }
  }

  /// Whether methods of this role may be called.
  package func allows(_ role: Role) -> Bool { roles.contains(role) }

  /// Whether what was measured on this thing may be reported.
  package func allowsReports(of thing: String) -> Bool {
    hasAllThings || things.contains { $0.matches(thing) }
  }
}

/// Why a call is not allowed. Its reason is for our log: a client learns none.
package enum Denial: Error, Sendable, Equatable {
  /// The caller does not say who it is, or does not prove it. `hasToken` says whether it tried.
  case unauthenticated(reason: String, hasToken: Bool)
  /// The caller is known and may not do this.
  case forbidden(reason: String)
  /// The caller, or all together, call too often: try again after so many milliseconds.
  case throttled(milliseconds: Int64)
}

extension Denial {
  /// The reason, for the log.
  package var logText: String {
    switch self {
    case .unauthenticated(let reason, _), .forbidden(let reason): reason
    case .throttled: "too many calls"
    }
  }
}
