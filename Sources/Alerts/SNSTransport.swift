import Detect
package import SigV4

/// Publishes to topics of SNS, or of anything that speaks its Query protocol.
package struct SNSTransport: AlertTransport {
  /// Where and as whom to publish.
  package struct Configuration: Sendable {
    /// For example `https://sns.us-east-1.amazonaws.com`.
    package var endpoint: String
    /// The region of signatures; nil for that of each topic.
    package var region: String?
    package var credentials: SigV4.Credentials

    package init(endpoint: String, region: String?, credentials: SigV4.Credentials) {
      self.endpoint = endpoint
      self.region = region
      self.credentials = credentials
    }
  }

  private let configuration: Configuration
  private let sender: HTTPSender
  /// Milliseconds since the epoch: the wall clock, which signatures are checked by.
  private let clock: @Sendable () -> Int64

  package init(
    _ configuration: Configuration, sender: HTTPSender, clock: @escaping @Sendable () -> Int64
  ) {
    self.configuration = configuration
    self.sender = sender
    self.clock = clock
  }

  /// A message is one event: that is what subscribers of AWS's expect.
  package var allowsDigests: Bool { false }

  package func send(_ shipment: Shipment, to target: String) async -> SendResult {
    guard case .alert(let delivery) = shipment else {
      preconditionFailure("SNS takes no digests")
    }
    let request = Self.request(delivery, to: target, configuration, at: clock() / 1000)
    do throws(HTTPFailure) {
      return Self.result(of: try await sender.send(request))
    } catch {
      return .failed(error.reason, retryAfter: nil)
    }
  }

  /// The signed request that publishes an alert.
  ///
  /// - Parameter time: seconds since the epoch.
  static func request(
    _ delivery: AlertDelivery, to topic: String, _ configuration: Configuration, at time: Int64
  ) -> HTTPRequest {
    let message = String(decoding: AlertMessage.json(of: delivery.event).encoded, as: UTF8.self)
    var fields = [
      ("Action", "Publish"), ("Version", "2010-03-31"), ("TopicArn", topic), ("Message", message),
    ]
    if topic.hasSuffix(".fifo") {
      let event = delivery.event
      fields += [
        ("MessageGroupId", String(UInt64(bitPattern: delivery.alert.lane), radix: 16)),
        ("MessageDeduplicationId", "\(event.violationID)-\(AlertMessage.text(of: event.type))"),
      ]
    }
    let body = Array(fields.map { "\($0)=\(formEncoded($1))" }.joined(separator: "&").utf8)
    let (host, path) = hostAndPath(of: configuration.endpoint)
    var headers = [
      SigV4.Header("Host", host),
      SigV4.Header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]
    headers += SigV4.headers(
      signing: SigV4.Request(method: "POST", path: path, headers: headers, body: body),
      with: configuration.credentials,
      for: SigV4.Scope(
        region: configuration.region ?? region(of: topic) ?? "us-east-1", service: "sns"),
      at: time)
    return HTTPRequest(
      url: configuration.endpoint, headers: headers.map { ($0.name, $0.value) }, body: body)
  }

  /// What an answer means. A refusal that concerns the message itself is final; others an operator can mend.
  static func result(of answer: HTTPAnswer) -> SendResult {
    if answer.status == 200 {
      return answer.body.contains("<MessageId>")
        ? .delivered : .failed("the endpoint does not answer as SNS does", retryAfter: nil)
    }
    let code = element("Code", of: answer.body) ?? ""
    let text = element("Message", of: answer.body) ?? answer.body
    let reason = "\(answer.status) \(code): \(text.prefix(Limits.failureCharacters))"
    let concernsMessage =
      ["InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"].contains(code)
      || answer.status == 413
    return concernsMessage ? .refused(reason) : .failed(reason, retryAfter: answer.retryAfter)
  }

  /// The region in an ARN: `arn:aws:sns:eu-west-1:…`.
  private static func region(of arn: String) -> String? {
    let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count >= 6 && !parts[3].isEmpty ? String(parts[3]) : nil
  }

  /// The text of the first element of this name.
  private static func element(_ name: String, of text: String) -> String? {
    guard let start = text.firstRange(of: "<\(name)>")?.upperBound,
      let end = text[start...].firstRange(of: "</\(name)>")?.lowerBound
    else { return nil }
    return String(text[start..<end])
  }

  private static func hostAndPath(of url: String) -> (host: String, path: String) {
    let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    let host = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(host.count)
    return (String(host), path.isEmpty ? "/" : String(path))
  }

  /// Percent-encodes all but letters, digits and four signs.
  private static func formEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
