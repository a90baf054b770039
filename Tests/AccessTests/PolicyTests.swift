import FoundationEssentials
import Testing

@testable import Access

/// Who is allowed what, and which policies are refused.
struct PolicyTests {
  private static func policy(_ text: String) throws -> Policy {
    try JSONDecoder().decode(Policy.self, from: Data(text.utf8))
  }

  private static func claims(_ text: String) throws -> TokenClaims {
    try JSONDecoder().decode(TokenClaims.self, from: Data(text.utf8))
  }

  private static func roles(_ grants: Grants) -> [Role] {
    Role.allCases.filter { grants.allows($0) }
  }

  @Test func `patterns have one star at most`() {
    let cases: [(String, String, Substring?)] = [
      ("camera-7", "camera-7", ""), ("camera-7", "camera-77", nil), ("", "", ""),
      ("camera-*", "camera-7", "7"), ("camera-*", "camera-", ""), ("camera-*", "camera", nil),
      ("*.example.org", "a.b.example.org", "a.b"), ("a*a", "a", nil), ("a*a", "aa", ""),
      ("*", "anything", "anything"), ("é*", "éa", "a"), ("e*", "e\u{301}a", nil),
    ]
    for (pattern, name, part) in cases {
      #expect(NamePattern(pattern)?.match(name) == part, "\(pattern) \(name)")
    }
    #expect(NamePattern("a*b*") == nil)
    #expect(NamePattern(exactly: "a*").matches("a*"))
    #expect(!NamePattern(exactly: "a*").matches("ab"))
  }

  @Test func `certificates are named by URI, DNS name and subject, and all that is said must fit`()
    throws
  {
    let policy = try Self.policy(
      """
      {"rules": [
        {"certificate": {"uri": "spiffe://example.org/gateway/*"}, "allow": ["ingest"],
         "things": ["camera-*", "door"]},
        {"certificate": {"uri": "spiffe://example.org/thing/*"}, "allow": ["ingest"],
         "things": ["{*}"]},
        {"certificate": {"dns": "*.ops.example.org", "subject": "CN=ops,*"},
         "allow": ["read", "administer"]},
        {"certificate": {"subject": "CN=loader"}, "allow": ["ingest"]}
      ]}
      """)
    func grants(_ subject: String, dns: [String] = [], uris: [String] = []) -> Grants {
      policy.grants(of: CertificateNames(subject: subject, dnsNames: dns, uris: uris))
    }
    let gateway = grants("CN=x", uris: ["spiffe://example.org/gateway/7"])
    #expect(Self.roles(gateway) == [.ingest])
    #expect(gateway.allowsReports(of: "camera-1") && gateway.allowsReports(of: "door"))
    #expect(!gateway.allowsReports(of: "door-2"))

    let thing = grants("CN=x", uris: ["spiffe://example.org/thing/lock-*"])
    #expect(thing.allowsReports(of: "lock-*"))
    #expect(!thing.allowsReports(of: "lock-1"))

    #expect(
      Self.roles(grants("CN=ops,O=E", dns: ["a.ops.example.org"])) == [.read, .administer])
    #expect(Self.roles(grants("CN=ops,O=E", dns: ["ops.example.com"])) == [])
    #expect(Self.roles(grants("CN=no,O=E", dns: ["a.ops.example.org"])) == [])
    #expect(grants("CN=loader").allowsReports(of: "anything"))
    // SPIFFE asks for exactly one URI; a name of one kind is not taken for one of another.
    #expect(
      grants("", uris: ["spiffe://example.org/gateway/7", "https://example.org"]) == Grants())
    #expect(grants("", dns: ["spiffe://example.org/gateway/7", "CN=loader"]) == Grants())
  }

  @Test func `tokens are named by their claims, of which a list has one that fits`() throws {
    let policy = try Self.policy(
      """
      {"rules": [
        {"token": {"sub": "console", "groups": "operators"}, "allow": ["administer"]},
        {"token": {"sub": "device:*"}, "allow": ["ingest"], "things": ["{*}"]},
        {"anyone": true, "allow": ["read"]}
      ]}
      """)
    func grants(_ text: String) throws -> Grants { policy.grants(of: try Self.claims(text)) }
    #expect(
      Self.roles(try grants(#"{"sub":"console","groups":["a","operators"]}"#))
        == [.read, .administer])
    #expect(Self.roles(try grants(#"{"sub":"console","groups":"operators"}"#)).count == 2)
    #expect(Self.roles(try grants(#"{"sub":"console","groups":["a"]}"#)) == [.read])
    #expect(Self.roles(try grants(#"{"sub":"console","groups":{"operators":1}}"#)) == [.read])
    let device = try grants(#"{"sub":"device:lamp"}"#)
    #expect(Self.roles(device) == [.read, .ingest])
    #expect(device.allowsReports(of: "lamp") && !device.allowsReports(of: "lamp2"))
    // A rule about certificates names no token.
    let other = try Self.policy(#"{"rules":[{"certificate":{"subject":"*"},"allow":["read"]}]}"#)
    #expect(other.grants(of: try Self.claims(#"{"sub":"x","subject":"x"}"#)) == Grants())
  }

  @Test func `a policy that may not mean what it says is refused`() throws {
    let bad = [
      "[]", #"{"rule":[]}"#, #"{"rules":[{}]}"#,
      #"{"rules":[{"anyone":true}]}"#,
      #"{"rules":[{"anyone":false,"allow":["read"]}]}"#,
      #"{"rules":[{"anyone":true,"allow":["write"]}]}"#,
      #"{"rules":[{"anyone":true,"allow":["read"],"thing":["a"]}]}"#,
      #"{"rules":[{"anyone":true,"allow":["read"],"things":["a"]}]}"#,
      #"{"rules":[{"anyone":true,"allow":["ingest"],"things":["a*b*"]}]}"#,
      #"{"rules":[{"anyone":true,"allow":["ingest"],"things":["{*}"]}]}"#,
      #"{"rules":[{"token":{},"allow":["read"]}]}"#,
      #"{"rules":[{"token":{"sub":"a"},"anyone":true,"allow":["read"]}]}"#,
      #"{"rules":[{"certificate":{"cn":"a"},"allow":["read"]}]}"#,
      #"{"rules":[{"certificate":{"uri":"a*b*"},"allow":["read"]}]}"#,
      #"{"rules":[{"certificate":{"uri":"spiffe://example.or*"},"allow":["read"]}]}"#,
      #"{"rules":[{"certificate":{"uri":"spiffe:*"},"allow":["read"]}]}"#,
      #"{"rates":[{"method":"*","per":"client","callsPerSecond":0}]}"#,
      #"{"rates":[{"method":"*","per":"thing","callsPerSecond":1}]}"#,
      #"{"rates":[{"method":"*","per":"client","callsPerSecond":1,"burst":0}]}"#,
      #"{"rates":[{"method":"*","per":"client","callsPerSecond":1,"bursts":1}]}"#,
    ]
    for text in bad {
      #expect(throws: (any Error).self, "\(text)") { try Self.policy(text) }
    }
    let rule = #"{"anyone":true,"allow":["read"]}"#
    func rules(_ count: Int) -> String {
      #"{"rules":[\#([String](repeating: rule, count: count).joined(separator: ","))]}"#
    }
    #expect(try Self.policy(rules(Limits.rules)).hasRules)
    #expect(throws: (any Error).self) { try Self.policy(rules(Limits.rules + 1)) }
    let rate = #"{"method":"*","per":"client","callsPerSecond":1}"#
    func rates(_ count: Int) -> String {
      #"{"rates":[\#([String](repeating: rate, count: count).joined(separator: ","))]}"#
    }
    #expect(try !Self.policy(rates(Limits.rates)).hasRules)
    #expect(throws: (any Error).self) { try Self.policy(rates(Limits.rates + 1)) }
  }

  @Test func `a fault names the file and the place`() async throws {
    let issuer = try Issuer()
    func fault(_ text: String) async throws -> String {
      let files = try issuer.files(policy: text)
      do throws(AccessFault) {
        _ = try await AccessControl(files) { 0 }
        return "none"
      } catch {
        return error.description.replacing(issuer.directory, with: "")
      }
    }
    #expect(
      try await fault(#"{"rules":[{"anyone":true,"allow":["read"],"thing":[]}]}"#)
        == #"/policy.json: rules[0]: "thing" is not known"#)
    #expect(
      try await fault(#"{"rules":[{"token":{"sub":"a"}}]}"#)
        == #"/policy.json: rules[0]: "allow" is missing"#)
    let long = String(repeating: " ", count: Limits.fileBytes)
    #expect(try await fault("{}") == "/policy.json has no rules: nobody could do anything")
    #expect(try await fault("{}" + long) == "/policy.json is over 1048576 bytes")
    var files = try issuer.files(policy: "{}")
    files.policy += ".absent"
    await #expect(throws: AccessFault.self) { try await AccessControl(files) { 0 } }
  }
}
