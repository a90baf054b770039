import Detect
import SigV4
import Testing

@testable import Alerts

@Suite struct TransportTests {
  private static let topic = "arn:aws:sns:eu-west-1:000000000000:alarms"
  private static let credentials = SigV4.Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

  private func publish(
    to topic: String = topic, endpoint: String = "http://localhost:5000", region: String? = nil
  ) -> HTTPRequest {
    SNSTransport.request(
      .sample(.sample(1, thing: "caf\u{e9} 1")), to: topic,
      .init(endpoint: endpoint, region: region, credentials: Self.credentials),
      at: 1_440_938_160)
  }

  @Test func `a topic is published to by a signed form`() throws {
    let request = publish()
    #expect(request.url == "http://localhost:5000")
    let body = String(decoding: request.body, as: UTF8.self)
    #expect(
      body.hasPrefix(
        "Action=Publish&Version=2010-03-31"
          + "&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A000000000000%3Aalarms"
          + "&Message=%7B%22violationEventTime%22%3A1700000400000%2C"
          + "%22thingName%22%3A%22caf%C3%A9%201%22"))
    #expect(!body.contains("MessageGroupId"))
    // The verifier that a server would use takes it.
    let user = try SigV4.verify(
      SigV4.Request(
        method: "POST", path: "/",
        headers: request.headers.map { SigV4.Header($0.name, $0.value) }, body: request.body),
      for: SigV4.Scope(region: "eu-west-1", service: "sns"), at: 1_440_938_160
    ) { $0 == "AKIDEXAMPLE" ? "secret" : nil }
    #expect(user == "AKIDEXAMPLE")
    #expect(request.headers.contains { $0 == ("Host", "localhost:5000") })
    #expect(!request.headers.contains { $0.value.contains("secret") })
  }

  @Test(
    arguments: [
      (topic, nil, "/eu-west-1/sns/"), (topic, "local", "/local/sns/"),
      ("my-topic", nil, "/us-east-1/sns/"),
    ] as [(String, String?, String)])
  func `the region is the configured one or the topic's`(
    topic: String, region: String?, scope: String
  ) {
    let request = publish(to: topic, region: region)
    #expect(request.headers.last?.value.contains(scope) == true)
  }

  @Test func `a FIFO topic gets groups and identifiers`() {
    let body = String(decoding: publish(to: "\(Self.topic).fifo").body, as: UTF8.self)
    #expect(body.contains("&MessageGroupId="))
    #expect(
      body.hasSuffix("&MessageDeduplicationId=0f3c9d5be1a24d7790c2a1ad4c6e7b18-in-alarm"))
  }

  @Test(
    arguments: [
      (200, "<PublishResponse><MessageId>1</MessageId></PublishResponse>", .delivered),
      (
        200, "<html>Welcome</html>",
        .failed("the endpoint does not answer as SNS does", retryAfter: nil)
      ),
      (
        400, "<Error><Code>InvalidParameter</Code><Message>too long</Message></Error>",
        .refused("400 InvalidParameter: too long")
      ),
      (
        400, "<Error><Code>Throttled</Code><Message>slowly</Message></Error>",
        .failed("400 Throttled: slowly", retryAfter: 2000)
      ),
      (
        403, "<Code>SignatureDoesNotMatch</Code><Message>no</Message>",
        .failed("403 SignatureDoesNotMatch: no", retryAfter: 2000)
      ),
      (413, "", .refused("413 : ")), (500, "broken", .failed("500 : broken", retryAfter: 2000)),
    ] as [(Int, String, SendResult)])
  func `an answer of SNS means one thing`(status: Int, body: String, expected: SendResult) {
    #expect(
      SNSTransport.result(of: HTTPAnswer(status: status, retryAfter: 2000, body: body)) == expected)
  }

  @Test(
    arguments: [
      (200, .delivered), (204, .delivered),
      (301, .failed("301: redirects are not followed", retryAfter: nil)),
      (400, .refused("400: text")), (401, .failed("401: text", retryAfter: 2000)),
      (404, .failed("404: text", retryAfter: 2000)), (410, .refused("410: text")),
      (413, .refused("413: text")), (422, .refused("422: text")),
      (429, .failed("429: text", retryAfter: 2000)),
      (503, .failed("503: text", retryAfter: 2000)),
    ] as [(Int, SendResult)])
  func `an answer of a webhook means one thing`(status: Int, expected: SendResult) {
    #expect(
      WebhookTransport.result(of: HTTPAnswer(status: status, retryAfter: 2000, body: "text"))
        == expected)
  }

  @Test func `a failure keeps the start of an answer`() {
    let answer = HTTPAnswer(status: 500, body: String(repeating: "x", count: 9999))
    let text = String(repeating: "x", count: Limits.failureCharacters)
    #expect(WebhookTransport.result(of: answer) == .failed("500: \(text)", retryAfter: nil))
    #expect(SNSTransport.result(of: answer) == .failed("500 : \(text)", retryAfter: nil))
  }

  @Test func `a webhook's body is signed with its time`() {
    let configuration = WebhookTransport.Configuration(
      url: "https://example.com/hook", secret: Array("0123456789abcdef".utf8),
      allowsDigests: true)
    let request = WebhookTransport.request(
      .alert(.sample(.sample(1))), Account(), configuration, at: 1_700_000_000)
    #expect(
      request.headers.map(\.name) == ["Content-Type", "User-Agent", "Detect-Signature"])
    #expect(request.headers[0].value == "application/cloudevents+json; charset=utf-8")
    let value = request.headers[2].value
    #expect(value.hasPrefix("t=1700000000,v1="))
    #expect(value.utf8.count == "t=1700000000,v1=".utf8.count + 64)
    let later = WebhookTransport.request(
      .alert(.sample(.sample(1))), Account(), configuration, at: 1_700_000_001)
    #expect(later.body == request.body)
    #expect(later.headers[2].value.suffix(64) != value.suffix(64))
  }

  @Test(
    arguments: [
      "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
      "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1",
      "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
      "::127.0.0.1", "fe80::1%eth0", "", "localhost",
    ])
  func `an address that is not of the public Internet is refused`(text: String) {
    #expect(!PublicAddresses.contain(text))
  }

  @Test(
    arguments: ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])
  func `an address of the public Internet is allowed`(text: String) {
    #expect(PublicAddresses.contain(text))
  }

  @Test func `a policy has its bounds`() {
    #expect(DeliveryPolicy().fault == nil)
    for change in [
      { $0.concurrency = 0 }, { $0.concurrency = 1001 }, { $0.rate = 0 }, { $0.rate = 100_001 },
      { $0.expiry = 999 }, { $0.digestThreshold = 1 },
      { $0.digestThreshold = Limits.alertsPerTarget + 1 },
    ] as [(inout DeliveryPolicy) -> Void] {
      var policy = DeliveryPolicy()
      change(&policy)
      #expect(policy.fault != nil)
    }
  }
}
