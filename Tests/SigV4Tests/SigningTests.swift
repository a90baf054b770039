import Testing

@testable import SigV4

/// The signatures that AWS published for its own implementations to be tested against.
@Suite struct SigningTests {
  static let scope = SigV4.Scope(region: "us-east-1", service: "service")
  static let credentials = SigV4.Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
  /// 2015-08-30T12:36:00Z.
  static let time: Int64 = 1_440_938_160

  struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    var method = "GET"
    var path = "/"
    var query = ""
    var headers: [SigV4.Header] = []
    var body = ""
    var signature: String
    var testDescription: String { name }

    var request: SigV4.Request {
      SigV4.Request(
        method: method, path: path, query: query,
        headers: [.init("Host", "example.amazonaws.com")] + headers, body: Array(body.utf8))
    }
  }

  static let vectors = [
    Vector(
      name: "get-vanilla",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Vector(
      name: "get-vanilla-query-order-key-case", query: "Param2=value2&Param1=value1",
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    Vector(
      name: "get-unreserved",
      path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
      signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    Vector(
      name: "get-utf8", path: "/\u{1234}",
      signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    Vector(
      name: "get-space", path: "/example space/",
      signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    Vector(
      name: "get-relative-relative", path: "/example1/example2/../..",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Vector(
      name: "get-slash", path: "//",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Vector(
      name: "get-header-key-duplicate",
      headers: [
        .init("My-Header1", "value2"), .init("My-Header1", "value2"),
        .init("My-Header1", "value1"),
      ],
      signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    Vector(
      name: "get-header-value-trim",
      headers: [.init("My-Header1", " value1"), .init("My-Header2", " \"a   b   c\"")],
      signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    Vector(
      name: "post-vanilla", method: "POST",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    Vector(
      name: "post-x-www-form-urlencoded", method: "POST",
      headers: [.init("Content-Type", "application/x-www-form-urlencoded")], body: "Param1=value1",
      signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
  ]

  @Test(arguments: vectors)
  func `A request has the published signature`(vector: Vector) throws {
    let headers = SigV4.headers(
      signing: vector.request, with: Self.credentials, for: Self.scope, at: Self.time)
    #expect(headers.map(\.name) == ["X-Amz-Date", "Authorization"])
    #expect(headers[0].value == "20150830T123600Z")
    let names = (["host", "x-amz-date"] + Set(vector.headers.map { $0.name.lowercased() })).sorted()
    #expect(
      headers[1].value == """
        AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
        SignedHeaders=\(names.joined(separator: ";")), Signature=\(vector.signature)
        """)
  }

  @Test func `A day, a region and a service have the published key`() {
    let key = SigV4.key(
      secret: Self.credentials.secretAccessKey, .init(region: "us-east-1", service: "iam"),
      date: "20150830")
    #expect(
      SigV4.hexadecimal(key)
        == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
  }

  @Test func `The token of temporary credentials is sent and signed`() {
    var credentials = Self.credentials
    credentials.sessionToken = "token"
    let headers = SigV4.headers(
      signing: Self.vectors[0].request, with: credentials, for: Self.scope, at: Self.time)
    #expect(headers[1] == .init("X-Amz-Security-Token", "token"))
    #expect(headers[2].value.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"))
  }

  @Test(
    arguments: [
      (0, "19700101T000000Z"), (951_782_399, "20000228T235959Z"),
      (951_782_400, "20000229T000000Z"), (951_868_800, "20000301T000000Z"),
      (1_440_938_160, "20150830T123600Z"), (4_102_444_799, "20991231T235959Z"),
      (4_107_542_400, "21000301T000000Z"),
    ])
  func `A moment has one text`(seconds: Int64, text: String) {
    #expect(Timestamp(seconds: seconds).text == text)
    #expect(Timestamp(text: text) == Timestamp(seconds: seconds))
  }

  @Test(
    arguments: [
      "", "20150830T123600", "20150830 123600Z", "20150230T000000Z", "20151301T000000Z",
      "20150830T240000Z", "2015083+T123600Z", "20150830T1236:0Z",
    ])
  func `What is no moment is refused`(text: String) {
    #expect(Timestamp(text: text) == nil)
  }
}
