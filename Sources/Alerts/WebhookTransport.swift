import Crypto
package import Detect

/// Posts CloudEvents to one URL, each with a signature that only who has the secret can make.
package struct WebhookTransport: AlertTransport {
  /// Where to post, and how.
  package struct Configuration: Sendable {
    /// Begins with `https://`. It may hold a secret of the receiver: it is not logged.
    package var url: String
    /// What the signature is made with; at least `WebhookTransport.secretBytes` bytes.
    package var secret: [UInt8]
    package var allowsDigests: Bool

    package init(url: String, secret: [UInt8], allowsDigests: Bool) {
      self.url = url
      self.secret = secret
      self.allowsDigests = allowsDigests
    }
  }

  /// Bytes of the shortest secret: half of what HMAC-SHA256 can use, and more than can be guessed.
  package static let secretBytes = 16

  private let configuration: Configuration
  private let account: Account
  private let sender: HTTPSender
  /// Milliseconds since the epoch: the wall clock, which signatures are checked by.
  private let clock: @Sendable () -> Int64

  package init(
    _ configuration: Configuration, account: Account, sender: HTTPSender,
    clock: @escaping @Sendable () -> Int64
  ) {
    self.configuration = configuration
    self.account = account
    self.sender = sender
    self.clock = clock
  }

  package var allowsDigests: Bool { configuration.allowsDigests }

  package func send(_ shipment: Shipment, to target: String) async -> SendResult {
    let request = Self.request(shipment, account, configuration, at: clock() / 1000)
    do throws(HTTPFailure) {
      return Self.result(of: try await sender.send(request))
    } catch {
      return .failed(error.reason, retryAfter: nil)
    }
  }

  /// The signed request that posts alerts. The signature covers the time too, so that a receiver can refuse a
  /// recorded request.
  ///
  /// - Parameter time: seconds since the epoch.
  static func request(
    _ shipment: Shipment, _ account: Account, _ configuration: Configuration, at time: Int64
  ) -> HTTPRequest {
    let body = CloudEvent.json(of: shipment, account: account).encoded
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("\(time).".utf8) + body, using: SymmetricKey(data: configuration.secret))
    let digits = code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    return HTTPRequest(
      url: configuration.url,
      headers: [
        ("Content-Type", CloudEvent.contentType), ("User-Agent", "detectd"),
        ("Detect-Signature", "t=\(time),v1=\(digits)"),
      ], body: body)
  }

  /// What an answer means. A refusal that concerns the body itself is final; others an operator can mend.
  static func result(of answer: HTTPAnswer) -> SendResult {
    if (200..<300).contains(answer.status) { return .delivered }
    if (300..<400).contains(answer.status) {
      return .failed("\(answer.status): redirects are not followed", retryAfter: nil)
    }
    let reason = "\(answer.status): \(answer.body.prefix(Limits.failureCharacters))"
    return [400, 410, 413, 422].contains(answer.status)
      ? .refused(reason) : .failed(reason, retryAfter: answer.retryAfter)
  }
}
