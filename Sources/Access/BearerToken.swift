/// Bearer tokens as HTTP carries them (RFC 6750).
package enum BearerToken {
  /// The token of an `Authorization` field, "Bearer TOKEN"; the scheme in letters of any case. Throws
  /// `unauthenticated` for anything else.
  package static func token(inAuthorization text: String) throws(Denial) -> String {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else {
      throw .unauthenticated(reason: "an authorization that is no bearer token", hasToken: true)
    }
    return String(parts[1])
  }
}
