import Crypto

extension SigV4 {
  /// Why a request is not taken for what it says.
  package enum VerificationError: Error, Equatable, Sendable {
    /// There is no `Authorization` header of this algorithm, and no signature in the query.
    case unsigned
    /// The signature lacks a part, or leaves out a header that must be signed. The text says what.
    case malformed(String)
    /// Nobody has this access key.
    case unknownAccessKey
    /// The signature is for another region, service or day.
    case wrongScope
    /// The signature's time is too far from ours.
    case expired
    /// The request is not the one that was signed, or the secret is another.
    case mismatch
  }

  /// Whose request this is: checks its signature, in the `Authorization` header or in the query, and returns
  /// the access key.
  ///
  /// The body's hash is part of the signature, so a body that was changed is a mismatch too. Repeated
  /// requests are not recognised; the time bounds how long a recorded one is good for.
  ///
  /// - Parameters:
  ///   - time: the present, in seconds since the epoch.
  ///   - secret: the secret of an access key; nil where nobody has the key.
  package static func verify(
    _ request: Request, for scope: Scope, at time: Int64, secret: (String) -> String?
  ) throws(VerificationError) -> String {
    let proof = try Proof(request)
    let names = proof.signedHeaders
    guard names == names.sorted(), Set(names).count == names.count else {
      throw .malformed("SignedHeaders is not sorted")
    }
    let mustSign = request.headerNames.filter { $0 == "host" || $0.hasPrefix("x-amz-") }
    if let unsigned = mustSign.first(where: { !names.contains($0) }) {
      throw .malformed("\(unsigned) is not signed")
    }
    guard names.contains("host") else { throw .malformed("host is not signed") }
    guard let sent = Timestamp(text: proof.date) else {
      throw .malformed("X-Amz-Date is not a time")
    }
    guard proof.scope == scope.text(on: sent.text.prefix(8)) else { throw .wrongScope }
    guard (sent.seconds - Limits.clockSkew...sent.seconds + proof.lifetime).contains(time) else {
      throw .expired
    }
    guard let secret = secret(proof.accessKeyID) else { throw .unknownAccessKey }
    let expected = signature(
      of: proof.signed.canonical(signing: names), secret: secret, scope, timestamp: sent.text)
    guard isEqual(Array(hexadecimal(expected).utf8), Array(proof.signature.utf8)) else {
      throw .mismatch
    }
    return proof.accessKeyID
  }

  /// Compares without telling by its time how much is equal.
  private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
