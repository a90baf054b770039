import Crypto

extension SigV4 {
  /// Why a request is not taken for what it says.
  package enum VerificationError: Error, Equatable, Sendable {
    /// There is no `Authorization` header of this algorithm.
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

  /// Whose request this is: checks its signature and returns the access key.
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
    let header = request.headers.first { $0.name.lowercased() == "authorization" }
    guard let header, header.value.hasPrefix("\(algorithm) ") else { throw .unsigned }
    let authorization = try Authorization(header.value.dropFirst(algorithm.count + 1))
    let names = authorization.signedHeaders
    guard names == names.sorted(), Set(names).count == names.count else {
      throw .malformed("SignedHeaders is not sorted")
    }
    let mustSign = request.headerNames.filter { $0 == "host" || $0.hasPrefix("x-amz-") }
    if let unsigned = mustSign.first(where: { !names.contains($0) }) {
      throw .malformed("\(unsigned) is not signed")
    }
    guard names.contains("host") else { throw .malformed("host is not signed") }
    let timestamps = request.headers.filter { $0.name.lowercased() == "x-amz-date" }
    guard timestamps.count == 1, let sent = Timestamp(text: timestamps[0].value) else {
      throw .malformed("X-Amz-Date is not a time")
    }
    let date = sent.text.prefix(8)
    guard authorization.scope == scope.text(on: date) else { throw .wrongScope }
    guard abs(sent.seconds - time) <= Limits.clockSkew else { throw .expired }
    guard let secret = secret(authorization.accessKeyID) else { throw .unknownAccessKey }
    let expected = signature(
      of: request.canonical(signing: names), secret: secret, scope, timestamp: sent.text)
    guard isEqual(Array(hexadecimal(expected).utf8), Array(authorization.signature.utf8)) else {
      throw .mismatch
    }
    return authorization.accessKeyID
  }

  /// Compares without telling by its time how much is equal.
  private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The fields of an `Authorization` header, after the algorithm.
  private struct Authorization {
    var accessKeyID: String
    /// Date, region, service and terminator.
    var scope: String
    var signedHeaders: [String]
    var signature: String

    init(_ text: Substring) throws(VerificationError) {
      var fields: [Substring: Substring] = [:]
      for part in text.split(separator: ",") {
        let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else { throw .malformed("Authorization is not a list of fields") }
        fields[pair[0]] = pair[1]
      }
      guard let credential = fields["Credential"], let names = fields["SignedHeaders"],
        let signature = fields["Signature"]
      else { throw .malformed("Credential, SignedHeaders or Signature is missing") }
      // An access key has no slash of its own.
      let parts = credential.split(separator: "/", maxSplits: 1)
      guard parts.count == 2 else { throw .malformed("Credential has no scope") }
      accessKeyID = String(parts[0])
      scope = String(parts[1])
      signedHeaders = names.split(separator: ";").map(String.init)
      self.signature = String(signature)
    }
  }
}
