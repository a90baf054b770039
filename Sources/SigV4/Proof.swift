extension SigV4 {
  /// A signature with all that says how it was made, from one of the two places where it may be.
  struct Proof {
    var accessKeyID: String
    /// Date, region, service and terminator.
    var scope: String
    /// Names in lower case.
    var signedHeaders: [String]
    var signature: String
    /// The text of the time of the signature.
    var date: String
    /// Seconds from then for which it is good.
    var lifetime: Int64
    /// The request as it was when it was signed.
    var signed: Request

    /// - Throws: `unsigned`; `malformed` where a part is missing, and where there are two signatures.
    init(_ request: Request) throws(VerificationError) {
      let headers = request.headers.filter { $0.name.lowercased() == "authorization" }
      let signatures = headers.filter { $0.value.hasPrefix("\(algorithm) ") }
      let query = request.parameters(withPrefix: "X-Amz-")
      switch (signatures.count, query["X-Amz-Signature"]) {
      case (0, nil): throw .unsigned
      case (1, nil) where headers.count == 1: try self.init(headers[0].value, of: request)
      case (0, .some) where headers.isEmpty: try self.init(query: query, of: request)
      default: throw .malformed("there is more than one authorization")
      }
    }

    /// From an `Authorization` header.
    private init(_ header: String, of request: Request) throws(VerificationError) {
      var fields: [Substring: Substring] = [:]
      for part in header.dropFirst(algorithm.count + 1).split(separator: ",") {
        let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else { throw .malformed("Authorization is not a list of fields") }
        fields[pair[0]] = pair[1]
      }
      guard let credential = fields["Credential"], let names = fields["SignedHeaders"],
        let signature = fields["Signature"]
      else { throw .malformed("Credential, SignedHeaders or Signature is missing") }
      let dates = request.headers.filter { $0.name.lowercased() == "x-amz-date" }
      guard dates.count == 1 else { throw .malformed("X-Amz-Date is not a time") }
      try self.init(
        credential: credential, names: names, signature: String(signature), date: dates[0].value,
        lifetime: Limits.clockSkew, signed: request)
    }

    /// From the query of a request that was signed before it was sent, perhaps by somebody else.
    private init(query: [String: String], of request: Request) throws(VerificationError) {
      guard query["X-Amz-Algorithm"] == algorithm, let credential = query["X-Amz-Credential"],
        let names = query["X-Amz-SignedHeaders"], let signature = query["X-Amz-Signature"],
        let date = query["X-Amz-Date"],
        let lifetime = query["X-Amz-Expires"].flatMap({ Int64($0) }),
        Limits.presignedSeconds.contains(lifetime)
      else { throw .malformed("a part of the signature in the query is missing") }
      var signed = request
      signed.query = request.query.split(separator: "&")
        .filter { !$0.hasPrefix("X-Amz-Signature=") }.joined(separator: "&")
      try self.init(
        credential: credential[...], names: names[...], signature: signature, date: date,
        lifetime: lifetime, signed: signed)
    }

    private init(
      credential: Substring, names: Substring, signature: String, date: String, lifetime: Int64,
      signed: Request
    ) throws(VerificationError) {
      // An access key has no slash of its own.
      let parts = credential.split(separator: "/", maxSplits: 1)
      guard parts.count == 2 else { throw .malformed("Credential has no scope") }
      accessKeyID = String(parts[0])
      scope = String(parts[1])
      signedHeaders = names.split(separator: ";").map(String.init)
      self.signature = signature
      self.date = date
      self.lifetime = lifetime
      self.signed = signed
    }
  }
}
