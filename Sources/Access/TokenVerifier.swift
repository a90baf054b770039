import FoundationEssentials
import JWTKit

/// Whose tokens are taken, and for whom they must be meant.
package struct TokenIssuer: Sendable, Equatable {
  /// The `iss` that a token must have.
  package var issuer: String
  /// The `aud` that a token must have, alone or among others: this server.
  package var audience: String
  /// A file with the issuer's public keys, a JSON Web Key Set.
  package var keyFile: String

  /// An issuer.
  package init(issuer: String, audience: String, keyFile: String) {
    self.issuer = issuer
    self.audience = audience
    self.keyFile = keyFile
  }
}

/// Checks bearer tokens: JSON Web Tokens (RFC 7519) with a signature.
struct TokenVerifier: Sendable {
  private let issuer: TokenIssuer
  private let keys: TokenKeys

  init(_ issuer: TokenIssuer) async throws(AccessFault) {
    self.issuer = issuer
    keys = try await TokenKeys(file: issuer.keyFile)
  }

  /// The claims of a token that is good at `now`, in milliseconds since the epoch. The algorithm is
  /// the key's, never the token's choice, so that `none`, and a public key used as a secret, get
  /// nowhere (RFC 8725 section 3.1).
  func claims(of token: String, now: Int64) throws(Denial) -> TokenClaims {
    guard token.utf8.count <= Limits.tokenBytes else { throw .badToken("it is too long") }
    let (header, claims, parts): (JWTHeader, TokenClaims, [Substring.UTF8View])
    let signature: Data
    do {
      (header, claims, signature) = try DefaultJWTParser().parse(
        Array(token.utf8), as: TokenClaims.self)
      parts = token.split(separator: ".").map(\.utf8)
    } catch {
      throw .badToken("it is not a JSON Web Token")
    }
    guard let id = header.kid, let key = keys[id] else { throw .badToken("its key is not known") }
    guard header.alg == key.name else { throw .badToken("its algorithm is not its key's") }
    guard header[dynamicMember: "crit"] == nil else {
      throw .badToken("it has critical extensions")
    }
    let signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
    guard (try? key.algorithm.verify(signature, signs: signed)) == true else {
      throw .badToken("its signature does not fit")
    }
    try check(claims, now)
    return claims
  }

  private func check(_ claims: TokenClaims, _ now: Int64) throws(Denial) {
    guard claims["iss"] == [issuer.issuer] else { throw .badToken("it is of another issuer") }
    guard claims["aud"].contains(issuer.audience) else {
      throw .badToken("it is meant for another audience")
    }
    guard let expiry = claims.expiry else { throw .badToken("it never expires") }
    guard now < expiry + Limits.clockLeeway else { throw .badToken("it has expired") }
    guard now >= (claims.start ?? 0) - Limits.clockLeeway else {
      throw .badToken("it is not valid yet")
    }
    guard claims["sub"].count == 1, claims["sub"] != [""] else {
      throw .badToken("it has no subject")
    }
  }
}

extension Denial {
  /// A token that proves nothing.
  static func badToken(_ reason: String) -> Denial {
    .unauthenticated(reason: "bad token: \(reason)", hasToken: true)
  }
}
