import JWTKit

/// What a token says: the claims that are texts or lists of texts, and its times.
struct TokenClaims: Sendable, JWTPayload {
  private var texts: [String: [String]] = [:]
  /// `exp` and `nbf` in milliseconds since the epoch.
  let expiry: Int64?
  let start: Int64?

  /// The values of a claim: one for a text, none where there is no such claim.
  subscript(claim: String) -> [String] { texts[claim] ?? [] }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: AnyKey.self)
    expiry = try Self.milliseconds(values, "exp")
    start = try Self.milliseconds(values, "nbf")
    for key in values.allKeys {
      if let text = try? values.decode(String.self, forKey: key) {
        texts[key.stringValue] = [text]
      } else if let list = try? values.decode([String].self, forKey: key) {
        texts[key.stringValue] = list
      }
    }
  }

  /// A NumericDate (RFC 7519 section 2): seconds, which may have a fraction.
  private static func milliseconds(
    _ values: KeyedDecodingContainer<AnyKey>, _ name: String
  ) throws -> Int64? {
    let key = AnyKey(stringValue: name)
    guard let seconds = try values.decodeIfPresent(Double.self, forKey: key) else { return nil }
    guard (0...1e12).contains(seconds) else { throw values.fault(key, "not a time") }
    return Int64(seconds * 1000)
  }

  /// Tokens are read here, not written.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    for (name, values) in texts {
      try container.encode(values, forKey: AnyKey(stringValue: name))
    }
  }

  /// `TokenVerifier` checks the claims, for it has the clock.
  func verify(using algorithm: some JWTAlgorithm) {}
}
