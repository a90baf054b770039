import Testing

@testable import Access

/// Who a caller is taken for, what is remembered, and how calls are counted.
struct AccessControlTests {
  private static let names = CertificateNames(
    subject: "CN=g", uris: ["spiffe://example.org/gateway/7"])

  @Test func `a token counts where there is one, and else the certificate`() async throws {
    let issuer = try Issuer()
    let access = try await AccessControl(
      issuer.files(
        policy: """
          {"rules": [
            {"certificate": {"uri": "spiffe://example.org/*"}, "allow": ["ingest"]},
            {"token": {"sub": "gateway-7"}, "allow": ["read"]}
          ]}
          """)
    ) { 1_200_000 }
    let both = try access.caller(
      Credentials(token: issuer.token(), certificate: Self.names, address: "192.0.2.1"))
    #expect(both.name == "token gateway-7")
    #expect(both.grants.allows(.read) && !both.grants.allows(.ingest))
    let certificate = try access.caller(
      Credentials(certificate: Self.names, address: "192.0.2.1"))
    #expect(certificate.name == "certificate spiffe://example.org/gateway/7")
    #expect(certificate.grants.allows(.ingest) && !certificate.grants.allows(.read))
    #expect(throws: Denial.unauthenticated(reason: "no credentials", hasToken: false)) {
      try access.caller(Credentials(address: "192.0.2.1"))
    }
    // A bad token is not made good by a certificate.
    #expect(throws: Denial.self) {
      try access.caller(Credentials(token: "x", certificate: Self.names, address: "192.0.2.1"))
    }
  }

  @Test func `without rules everybody may do everything`() async throws {
    let issuer = try Issuer()
    let access = try await AccessControl(
      issuer.files(policy: "{}", identifiesCallers: false)
    ) { 0 }
    let caller = try access.caller(Credentials(token: "x", address: "192.0.2.1"))
    #expect(caller.name == "address 192.0.2.1")
    #expect(caller.grants == .everything)
  }

  @Test func `rules and callers come together or not at all`() async throws {
    let issuer = try Issuer()
    let rules = #"{"rules":[{"anyone":true,"allow":["read"]}]}"#
    for (policy, identifiesCallers) in [("{}", true), (rules, false)] {
      let files = try issuer.files(policy: policy, identifiesCallers: identifiesCallers)
      await #expect(throws: AccessFault.self) {
        try await AccessControl(files) { 0 }
      }
    }
  }

  @Test func `a policy that is replaced applies from the next call on`() async throws {
    let issuer = try Issuer()
    func policy(_ role: String) -> String {
      #"{"rules":[{"anyone":true,"allow":["\#(role)"]}]}"#
    }
    let access = try await AccessControl(issuer.files(policy: policy("read"))) { 0 }
    let credentials = Credentials(certificate: Self.names, address: "192.0.2.1")
    #expect(try access.caller(credentials).grants.allows(.read))
    try issuer.write("policy.json", policy("ingest"))
    try await access.reload()
    #expect(try !access.caller(credentials).grants.allows(.read))
    try issuer.write("policy.json", policy("everything"))
    await #expect(throws: AccessFault.self) { try await access.reload() }
    #expect(try access.caller(credentials).grants.allows(.ingest))
  }

  @Test func `rememberedCallers are the most there are, and those in use stay`() {
    #expect(Limits.rememberedCallers == 10_000)
    var cache = CallerCache<Int>(capacity: 100)
    func caller(_ key: Int) -> Caller {
      Caller(name: "\(key)", expiry: nil, grants: Grants())
    }
    for key in 0..<1_000 {
      cache[key] = caller(key)
      #expect(cache[0]?.name == "0")
      #expect(cache.count <= 100)
    }
    #expect(cache[999]?.name == "999")
    #expect(cache[500] == nil)
  }

  private static func limiter(_ rates: String, maxClients: Int = 100) async throws -> RateLimiter {
    let issuer = try Issuer()
    let files = try issuer.files(policy: #"{"rates":[\#(rates)]}"#)
    return RateLimiter(
      try decodeFile(files.policy, as: Policy.self).rates, maxClients: maxClients)
  }

  /// Milliseconds that a call has to wait, 0 for one that may go on.
  private static func wait(
    _ limiter: RateLimiter, _ method: String, _ client: String, _ milliseconds: Int64
  ) -> Int64 {
    do throws(Denial) {
      try limiter.count(method: method, client: client, now: milliseconds * 1_000_000)
      return 0
    } catch {
      if case .throttled(let wait) = error { return wait }
      return -1
    }
  }

  @Test func `a client may call in a burst, and then at its rate`() async throws {
    let limiter = try await Self.limiter(
      #"{"method":"/a/*","per":"client","callsPerSecond":10,"burst":3}"#)
    let waits = (0..<5).map { _ in Self.wait(limiter, "/a/M", "x", 5_000) }
    #expect(waits == [0, 0, 0, 100, 100])
    #expect(Self.wait(limiter, "/a/M", "y", 5_000) == 0)
    #expect(Self.wait(limiter, "/b/M", "x", 5_000) == 0)
    #expect(Self.wait(limiter, "/a/M", "x", 5_099) == 1)
    #expect(Self.wait(limiter, "/a/M", "x", 5_100) == 0)
    #expect(Self.wait(limiter, "/a/M", "x", 5_100) == 100)
    #expect((0..<4).map { _ in Self.wait(limiter, "/a/M", "x", 9_000) } == [0, 0, 0, 100])
  }

  @Test func `a call counts against every rate or against none`() async throws {
    let limiter = try await Self.limiter(
      """
      {"method":"*","per":"client","callsPerSecond":1,"burst":10},
      {"method":"/a/Slow","per":"server","callsPerSecond":1,"burst":1}
      """)
    #expect(Self.wait(limiter, "/a/Slow", "x", 0) == 0)
    #expect((0..<9).map { _ in Self.wait(limiter, "/a/Slow", "y", 0) }.allSatisfy { $0 == 1_000 })
    #expect((0..<11).map { _ in Self.wait(limiter, "/a/M", "y", 0) }.filter { $0 > 0 } == [1_000])
  }

  @Test func `countedClients are the most there are; more share one count`() async throws {
    #expect(Limits.countedClients == 100_000)
    let limiter = try await Self.limiter(
      #"{"method":"*","per":"client","callsPerSecond":1,"burst":1}"#, maxClients: 3)
    for client in ["a", "b", "c", "d"] { #expect(Self.wait(limiter, "/m", client, 0) == 0) }
    #expect(Self.wait(limiter, "/m", "e", 0) == 1_000)
    #expect(Self.wait(limiter, "/m", "a", 0) == 1_000)
    // Those who have been silent long enough are forgotten.
    #expect(Self.wait(limiter, "/m", "e", 1_000) == 0)
    #expect(Self.wait(limiter, "/m", "f", 1_000) == 0)
  }

  @Test func `wrongTokenBurst and wrongTokensPerSecond bound the signatures of an address`()
    async throws
  {
    #expect(Limits.wrongTokenBurst == 100 && Limits.wrongTokensPerSecond == 10)
    let issuer = try Issuer()
    let policy = #"{"rules":[{"anyone":true,"allow":["read"]}]}"#
    let uptime = TestClock(seconds: 5)
    let access = try await AccessControl(
      issuer.files(policy: policy), clock: { 1_200_000 }, uptime: { uptime.now * 1_000_000 })
    func denial(_ token: String, from address: String = "192.0.2.1") -> Denial? {
      do throws(Denial) {
        _ = try access.caller(Credentials(token: token, address: address))
        return nil
      } catch {
        return error
      }
    }
    let (known, wrong) = (try issuer.token(), try Issuer().token())
    #expect(denial(known) == nil)
    let unfit = Denial.badToken("its signature does not fit")
    for _ in 0..<100 { #expect(denial(wrong) == unfit) }
    // Then nothing from there is looked at, right or wrong, but what is remembered.
    let other = try issuer.token(.EdDSA)
    for token in [wrong, other] { #expect(denial(token) == .throttled(milliseconds: 100)) }
    #expect(denial(known) == nil)
    #expect(denial(wrong, from: "192.0.2.2") == unfit)
    try await access.reload()
    #expect(denial(other) == .throttled(milliseconds: 100))
    uptime.set(seconds: 6)
    #expect(denial(other) == nil)
    for _ in 0..<10 { #expect(denial(wrong) == unfit) }
    #expect(denial(wrong) == .throttled(milliseconds: 100))
  }

  @Test func `right tokens of one address may be as many as they like`() async throws {
    let issuer = try Issuer()
    let policy = #"{"rules":[{"anyone":true,"allow":["read"]}]}"#
    let access = try await AccessControl(issuer.files(policy: policy)) { 1_200_000 }
    for number in 0..<200 {
      let token = try issuer.token(.EdDSA, ["sub": #""thing-\#(number)""#])
      #expect(throws: Never.self) {
        try access.caller(Credentials(token: token, address: "192.0.2.1"))
      }
    }
  }

  @Test func `addresses that are too many to be counted share a count`() throws {
    let tokens = WrongTokens(maxAddresses: 2)
    func denial(_ address: String) -> Denial? {
      do throws(Denial) {
        try tokens.checking(from: address, now: 0) { () throws(Denial) in throw .badToken("") }
        return nil
      } catch {
        return error
      }
    }
    for address in ["a", "b"] { #expect(denial(address) == .badToken("")) }
    for number in 0..<100 { #expect(denial("c\(number)") == .badToken("")) }
    #expect(denial("d") == .throttled(milliseconds: 100))
    #expect(denial("a") == .badToken(""))
  }
}
