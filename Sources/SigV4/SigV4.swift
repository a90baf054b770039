import Crypto

/// AWS Signature Version 4: a request carries a proof that its sender knows a secret.
///
///     canonical request ──SHA-256──► string to sign ──HMAC──► signature
///                                                    ▲
///     secret ──HMAC date──► ──HMAC region──► ──HMAC service──► key
///
/// The sender and the verifier both make the signature, and the verifier compares. It reads no clock: times are
/// arguments.
package enum SigV4 {
  static let algorithm = "AWS4-HMAC-SHA256"

  /// What a sender signs with.
  package struct Credentials: Sendable {
    package var accessKeyID: String
    /// Known to the sender and the verifier alone; never sent.
    package var secretAccessKey: String
    /// Goes with temporary credentials.
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
      self.accessKeyID = accessKeyID
      self.secretAccessKey = secretAccessKey
      self.sessionToken = sessionToken
    }
  }

  /// What a signature is good for.
  package struct Scope: Hashable, Sendable {
    package var region: String
    /// The service's name in signatures, for example `sns`.
    package var service: String

    package init(region: String, service: String) {
      self.region = region
      self.service = service
    }

    /// The scope on a day, as credentials and strings to sign have it.
    func text(on date: Substring) -> String { "\(date)/\(region)/\(service)/aws4_request" }
  }

  /// The headers to add to a request so that it is signed: `X-Amz-Date`, the token where there is one, and
  /// `Authorization`. Every header that the request has already is signed; `Host` must be among them.
  ///
  /// - Parameter time: the present, in seconds since the epoch.
  package static func headers(
    signing request: Request, with credentials: Credentials, for scope: Scope, at time: Int64
  ) -> [Header] {
    let timestamp = Timestamp(seconds: time).text
    var added = [Header("X-Amz-Date", timestamp)]
    if let token = credentials.sessionToken { added.append(Header("X-Amz-Security-Token", token)) }
    var request = request
    request.headers += added
    let names = request.headerNames
    let date = timestamp.prefix(8)
    let signature = hexadecimal(
      signature(
        of: request.canonical(signing: names), secret: credentials.secretAccessKey, scope,
        timestamp: timestamp))
    added.append(
      Header(
        "Authorization",
        """
        \(algorithm) Credential=\(credentials.accessKeyID)/\(scope.text(on: date)), \
        SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)
        """))
    return added
  }

  /// The signature of a canonical request.
  static func signature(
    of canonicalRequest: String, secret: String, _ scope: Scope, timestamp: String
  ) -> [UInt8] {
    let date = timestamp.prefix(8)
    let toSign = """
      \(algorithm)
      \(timestamp)
      \(scope.text(on: date))
      \(hexadecimal(SHA256.hash(data: Array(canonicalRequest.utf8))))
      """
    return hmac(toSign, key: key(secret: secret, scope, date: date))
  }

  /// The key of one day, region and service.
  static func key(secret: String, _ scope: Scope, date: Substring) -> [UInt8] {
    var key = hmac(String(date), key: Array("AWS4\(secret)".utf8))
    for part in [scope.region, scope.service, "aws4_request"] { key = hmac(part, key: key) }
    return key
  }

  private static func hmac(_ text: String, key: [UInt8]) -> [UInt8] {
    Array(
      HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
  }

  /// Percent-encodes all but the unreserved characters of RFC 3986, as signatures ask for.
  package static func percentEncoded(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        text.append(byte)
      default:
        text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Lower-case hexadecimal digits.
  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
