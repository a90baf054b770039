import Testing

@testable import Access

/// Which tokens prove something, and for how long.
struct TokenTests {
  private static let policy = #"{"rules":[{"token":{"sub":"*"},"allow":["read"]}]}"#

  /// The caller of a token, or the reason why there is none.
  private static func outcome(
    _ token: String, _ access: AccessControl
  ) -> String {
    do throws(Denial) {
      return try access.caller(Credentials(token: token, address: "192.0.2.1")).name
    } catch {
      guard case .unauthenticated(let reason, true) = error else { return "\(error)" }
      return reason
    }
  }

  @Test(arguments: Issuer.Algorithm.allCases)
  func `a good token names its subject`(algorithm: Issuer.Algorithm) async throws {
    let issuer = try Issuer()
    let access = try await AccessControl(issuer.files(policy: Self.policy)) {
      1_200_000
    }
    let caller = try access.caller(
      Credentials(token: issuer.token(algorithm), address: "192.0.2.1"))
    #expect(caller.name == "token gateway-7")
    #expect(caller.expiry == 1_500_000)
    #expect(caller.grants.allows(.read))
    #expect(!caller.grants.allows(.administer))
    #expect(!caller.grants.allowsReports(of: "camera-1"))
  }

  @Test func `an audience may be one of several`() async throws {
    let issuer = try Issuer()
    let access = try await AccessControl(issuer.files(policy: Self.policy)) {
      1_200_000
    }
    let token = try issuer.token(.ES256, ["aud": #"["other","detect"]"#])
    #expect(Self.outcome(token, access) == "token gateway-7")
  }

  @Test func `every claim that does not hold is found`() async throws {
    let issuer = try Issuer()
    let access = try await AccessControl(issuer.files(policy: Self.policy)) {
      1_200_000
    }
    let cases: [([String: String], String)] = [
      (["iss": #""https://evil.example.org""#], "it is of another issuer"),
      (["iss": #"["https://issuer.example.org","x"]"#], "it is of another issuer"),
      (["iss": ""], "it is of another issuer"),
      (["aud": #""other""#], "it is meant for another audience"),
      (["aud": ""], "it is meant for another audience"),
      (["exp": ""], "it never expires"),
      (["exp": "1139"], "it has expired"),
      (["exp": "1140"], "it has expired"),
      (["nbf": "1261"], "it is not valid yet"),
      (["sub": ""], "it has no subject"),
      (["sub": #""""#], "it has no subject"),
      (["sub": "7"], "it has no subject"),
      (["exp": #""soon""#], "it is not a JSON Web Token"),
      (["exp": "1e300"], "it is not a JSON Web Token"),
    ]
    for (claims, reason) in cases {
      #expect(Self.outcome(try issuer.token(.ES256, claims), access) == "bad token: \(reason)")
    }
    // A minute of leeway either way.
    for claims in [["exp": "1141"], ["nbf": "1260"]] {
      #expect(Self.outcome(try issuer.token(.ES256, claims), access) == "token gateway-7")
    }
  }

  @Test func `the key chooses the algorithm, not the token`() async throws {
    let (issuer, other) = (try Issuer(), try Issuer())
    let access = try await AccessControl(issuer.files(policy: Self.policy)) {
      1_200_000
    }
    let headers: [(String, String)] = [
      (#"{"alg":"none","kid":"ES256"}"#, "its algorithm is not its key's"),
      (#"{"alg":"HS256","kid":"ES256"}"#, "its algorithm is not its key's"),
      (#"{"alg":"EdDSA","kid":"ES256"}"#, "its algorithm is not its key's"),
      (#"{"kid":"ES256"}"#, "its algorithm is not its key's"),
      (#"{"alg":"ES256"}"#, "its key is not known"),
      (#"{"alg":"ES256","kid":"other"}"#, "its key is not known"),
      (#"{"alg":"EdDSA","kid":"EdDSA"}"#, "its signature does not fit"),
      (#"{"alg":"ES256","kid":"ES256","crit":["b64"]}"#, "it has critical extensions"),
      (#"[]"#, "it is not a JSON Web Token"),
    ]
    for (header, reason) in headers {
      let token = try issuer.token(.ES256, header: header)
      #expect(Self.outcome(token, access) == "bad token: \(reason)", "\(header)")
    }
    #expect(
      Self.outcome(try issuer.confusedToken(), access)
        == "bad token: its algorithm is not its key's")
    for algorithm in Issuer.Algorithm.allCases {
      #expect(
        Self.outcome(try other.token(algorithm), access) == "bad token: its signature does not fit")
    }
    let good = try issuer.token()
    let parts = good.split(separator: ".").map(String.init)
    for bad in [
      "", ".", "..", "...", good + ".x", "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).",
      "\(parts[0])..\(parts[2])", "\(parts[1]).\(parts[1]).\(parts[2])",
    ] {
      #expect(Self.outcome(bad, access).hasPrefix("bad token: "), "\(bad)")
    }
    let long = good + String(repeating: "A", count: Limits.tokenBytes)
    #expect(Self.outcome(long, access) == "bad token: it is too long")
  }

  @Test func `a remembered token still expires, and clockLeeway later at most`() async throws {
    let (issuer, clock) = (try Issuer(), TestClock())
    let access = try await AccessControl(issuer.files(policy: Self.policy)) {
      clock.now
    }
    let token = try issuer.token()
    #expect(Self.outcome(token, access) == "token gateway-7")
    clock.set(seconds: 1_500 + Limits.clockLeeway / 1000 - 1)
    #expect(Self.outcome(token, access) == "token gateway-7")
    clock.set(seconds: 1_500 + Limits.clockLeeway / 1000)
    #expect(Self.outcome(token, access) == "bad token: it has expired")
  }

  @Test func `keys are replaced at once, for remembered tokens too`() async throws {
    let (issuer, clock) = (try Issuer(), TestClock())
    let access = try await AccessControl(issuer.files(policy: Self.policy)) {
      clock.now
    }
    let (ec, ed) = (try issuer.token(.ES256), try issuer.token(.EdDSA))
    #expect(Self.outcome(ec, access) == "token gateway-7")
    try issuer.writeKeys([issuer.key(.EdDSA)])
    try await access.reload()
    #expect(Self.outcome(ec, access) == "bad token: its key is not known")
    #expect(Self.outcome(ed, access) == "token gateway-7")

    // What cannot be used leaves the rest in use.
    try issuer.writeKeys([])
    await #expect(throws: AccessFault.self) { try await access.reload() }
    #expect(Self.outcome(ed, access) == "token gateway-7")
  }

  @Test func `key files are looked at closely`() async throws {
    let issuer = try Issuer()
    let files = try issuer.files(policy: Self.policy)
    func fault(_ keys: [String]) async throws -> String {
      try issuer.writeKeys(keys)
      do throws(AccessFault) {
        _ = try await AccessControl(files) { 0 }
        return "none"
      } catch {
        return error.description.replacing(issuer.directory, with: "")
      }
    }
    let none = "/keys.json has no key for RS256, ES256 or EdDSA that has an id"
    let ec = try issuer.key(.ES256)
    #expect(try await fault([]) == none)
    #expect(try await fault([#"{"kty":"oct","kid":"a","k":"AAAA"}"#]) == none)
    #expect(try await fault([ec.replacing("kid", with: "id")]) == none)
    #expect(try await fault([issuer.key(.ES256, extra: #","use":"enc""#)]) == none)
    #expect(try await fault([issuer.key(.RS256, extra: #","alg":"RS384""#)]) == none)
    #expect(try await fault([ec, ec]) == "/keys.json has two keys with the id ES256")
    #expect(
      try await fault([issuer.key(.ES256, extra: #","d":"AAAA""#)])
        == "/keys.json holds a private key, ES256: only the other half belongs here")
    #expect(
      try await fault([ec.replacing(#""x":""#, with: #""x":"AAAA"#)])
        .hasPrefix("/keys.json: the key ES256 cannot be used"))
    // What is not known is passed over.
    #expect(try await fault([#"{"kty":"oct","kid":"a","k":"AAAA"}"#, ec]) == "none")
    try issuer.write("keys.json", "{")
    await #expect(throws: AccessFault.self) { try await AccessControl(files) { 0 } }
  }
}
