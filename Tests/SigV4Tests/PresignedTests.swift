import Testing

@testable import SigV4

/// Signatures in the query. The one here was made by botocore.
@Suite struct PresignedTests {
  private static let query =
    "maxResults=5&dimensionName=a%3Ab&X-Amz-Algorithm=AWS4-HMAC-SHA256"
    + "&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request"
    + "&X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
    + "&X-Amz-Signature=1934cfaacada62f2bb5f9ce53950c97e8d1952b8bfc351b91a6ab9c81ed14d65"

  private static func verify(
    _ query: String = query, headers: [SigV4.Header] = [], at time: Int64 = SigningTests.time
  ) throws(SigV4.VerificationError) -> String {
    let request = SigV4.Request(
      method: "GET", path: "/security-profiles", query: query,
      headers: [.init("Host", "example.amazonaws.com")] + headers, body: [])
    return try SigV4.verify(request, for: SigningTests.scope, at: time) { _ in
      SigningTests.credentials.secretAccessKey
    }
  }

  @Test func `It is verified from five minutes before its time until it expires`() throws {
    for time in [-Limits.clockSkew, 0, 900] {
      #expect(try Self.verify(at: SigningTests.time + time) == "AKIDEXAMPLE")
    }
    for time in [-Limits.clockSkew - 1, 901] {
      #expect(throws: SigV4.VerificationError.expired) {
        try Self.verify(at: SigningTests.time + time)
      }
    }
  }

  @Test func `A change is a mismatch`() {
    for (old, new) in [("maxResults=5", "maxResults=6"), ("=900", "=901"), ("14d65", "14d66")] {
      let query = Self.query.replacing(old, with: new)
      #expect(throws: SigV4.VerificationError.mismatch) { try Self.verify(query) }
    }
    #expect(throws: SigV4.VerificationError.mismatch) { try Self.verify(Self.query + "&a=b") }
  }

  @Test func `It is good for presignedSeconds at most, and needs all its parts`() {
    #expect(Limits.presignedSeconds == 1...604_800)
    let changes = [
      ("X-Amz-Expires=900", "X-Amz-Expires=604801"), ("X-Amz-Expires=900", "X-Amz-Expires=0"),
      ("X-Amz-Expires=900", "X-Amz-Expires=x"), ("&X-Amz-Date=", "&Date="),
      ("HMAC-SHA256", "HMAC-SHA1"), ("X-Amz-SignedHeaders", "X"), ("X-Amz-Credential", "X"),
    ]
    for (old, new) in changes {
      let query = Self.query.replacing(old, with: new)
      #expect(
        throws: SigV4.VerificationError.malformed(
          "a part of the signature in the query is missing")
      ) { try Self.verify(query) }
    }
  }

  @Test func `Two authorizations are none`() {
    for value in ["AWS4-HMAC-SHA256 Credential=a/b", "Bearer token"] {
      #expect(throws: SigV4.VerificationError.malformed("there is more than one authorization")) {
        try Self.verify(headers: [.init("Authorization", value)])
      }
    }
  }
}
