import Testing

@testable import SigV4

@Suite struct VerificationTests {
  private static let time = SigningTests.time

  private static func signed(_ vector: SigningTests.Vector) -> SigV4.Request {
    var request = vector.request
    request.headers += SigV4.headers(
      signing: request, with: SigningTests.credentials, for: SigningTests.scope, at: time)
    return request
  }

  private static func verify(
    _ request: SigV4.Request, region: String = "us-east-1", at time: Int64 = time
  ) throws(SigV4.VerificationError) -> String {
    try SigV4.verify(request, for: .init(region: region, service: "service"), at: time) {
      $0 == SigningTests.credentials.accessKeyID ? SigningTests.credentials.secretAccessKey : nil
    }
  }

  @Test(arguments: SigningTests.vectors)
  func `What was signed is verified`(vector: SigningTests.Vector) throws {
    #expect(try Self.verify(Self.signed(vector)) == "AKIDEXAMPLE")
  }

  @Test func `A change of what was signed is a mismatch`() throws {
    let vector = try #require(SigningTests.vectors.last)
    let changes: [(inout SigV4.Request) -> Void] = [
      { $0.method = "PUT" }, { $0.path = "/other" }, { $0.query = "a=b" },
      { $0.bodyHash = String(repeating: "0", count: 64) }, { $0.headers[0].value = "other" },
      { $0.headers[1].value = "text/plain" },
      { request in
        let last = request.headers.count - 1
        request.headers[last].value = String(request.headers[last].value.dropLast()) + "x"
      },
      { $0.headers[$0.headers.count - 1].value.append("0") },
    ]
    for (index, change) in changes.enumerated() {
      var request = Self.signed(vector)
      change(&request)
      #expect(throws: SigV4.VerificationError.mismatch, "\(index)") { try Self.verify(request) }
    }
  }

  @Test func `A signature is good for minutes, one region and who has a secret`() throws {
    let request = Self.signed(SigningTests.vectors[0])
    for skew in [-Limits.clockSkew, Limits.clockSkew] {
      #expect(try Self.verify(request, at: Self.time + skew) == "AKIDEXAMPLE")
    }
    for skew in [-Limits.clockSkew - 1, Limits.clockSkew + 1] {
      #expect(throws: SigV4.VerificationError.expired) {
        try Self.verify(request, at: Self.time + skew)
      }
    }
    #expect(throws: SigV4.VerificationError.wrongScope) {
      try Self.verify(request, region: "eu-west-1")
    }
    #expect(throws: SigV4.VerificationError.unknownAccessKey) {
      try SigV4.verify(request, for: SigningTests.scope, at: Self.time) { _ in nil }
    }
  }

  @Test func `A header that must be signed and is not is named`() throws {
    var request = Self.signed(SigningTests.vectors[0])
    request.headers.append(.init("X-Amz-Target", "Delete"))
    #expect(throws: SigV4.VerificationError.malformed("x-amz-target is not signed")) {
      try Self.verify(request)
    }
    request.headers.removeAll { $0.name == "X-Amz-Target" || $0.name == "Host" }
    request.headers[request.headers.count - 1].value.replace("host;", with: "")
    #expect(throws: SigV4.VerificationError.malformed("host is not signed")) {
      try Self.verify(request)
    }
  }

  @Test(
    arguments: [
      ("", .unsigned), ("Bearer token", .unsigned), ("AWS4-HMAC-SHA256", .unsigned),
      ("AWS4-HMAC-SHA256 x", .malformed("Authorization is not a list of fields")),
      (
        "AWS4-HMAC-SHA256 Credential=a/b",
        .malformed("Credential, SignedHeaders or Signature is missing")
      ),
      (
        "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0",
        .malformed("Credential has no scope")
      ),
      (
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=x-amz-date;host, Signature=0",
        .malformed("SignedHeaders is not sorted")
      ),
      (
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;host;x-amz-date, Signature=0",
        .malformed("SignedHeaders is not sorted")
      ),
    ] as [(String, SigV4.VerificationError)])
  func `A malformed signature is refused`(
    text: String, expected: SigV4.VerificationError
  ) throws {
    var request = Self.signed(SigningTests.vectors[0])
    request.headers[request.headers.count - 1].value = text
    #expect(throws: expected) { try Self.verify(request) }
  }

  @Test func `A time that is none or comes twice is refused`() throws {
    for value in ["yesterday", "20150830T123600Z, 20150830T123600Z"] {
      var request = Self.signed(SigningTests.vectors[0])
      request.headers[1].value = value
      #expect(throws: SigV4.VerificationError.malformed("X-Amz-Date is not a time")) {
        try Self.verify(request)
      }
    }
  }
}
