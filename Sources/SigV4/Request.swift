import Crypto

extension SigV4 {
  /// A header field. Names compare without case.
  package struct Header: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What is signed of an HTTP request.
  package struct Request: Sendable {
    package var method: String
    /// The path of the request line, as it is sent.
    package var path: String
    /// What follows the question mark of the request line, as it is sent; empty where there is none.
    package var query: String
    package var headers: [Header]
    /// The SHA-256 of the body, in lower-case hexadecimal digits.
    package var bodyHash: String

    package init(
      method: String, path: String, query: String = "", headers: [Header], body: [UInt8]
    ) {
      self.method = method
      self.path = path
      self.query = query
      self.headers = headers
      bodyHash = hexadecimal(SHA256.hash(data: body))
    }

    /// The names of all headers in lower case, sorted, each once.
    var headerNames: [String] { Set(headers.map { $0.name.lowercased() }).sorted() }

    /// The parameters of the query whose name begins with a prefix, decoded. Of one that is there twice, the
    /// last.
    func parameters(withPrefix prefix: String) -> [String: String] {
      var parameters: [String: String] = [:]
      for pair in query.split(separator: "&") where pair.hasPrefix(prefix) {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        parameters[String(parts[0])] =
          parts.count == 2 ? String(decoding: decoded(parts[1]), as: UTF8.self) : ""
      }
      return parameters
    }

    /// The form in which both sides sign the request: one for all spellings that mean the same.
    ///
    /// - Parameter names: the headers to sign, in lower case and sorted.
    func canonical(signing names: [String]) -> String {
      let lines = names.map { name in
        let values = headers.filter { $0.name.lowercased() == name }.map { folded($0.value) }
        return "\(name):\(values.joined(separator: ","))\n"
      }
      return """
        \(method)
        \(canonicalPath)
        \(canonicalQuery)
        \(lines.joined())
        \(names.joined(separator: ";"))
        \(bodyHash)
        """
    }

    /// The path without empty and dot segments, encoded once more than it is sent.
    private var canonicalPath: String {
      var segments: [Substring] = []
      let sent = path.split(separator: "/", omittingEmptySubsequences: true)
      for segment in sent where segment != "." {
        if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
      }
      guard let last = sent.last, !segments.isEmpty else { return "/" }
      let isFolder = path.hasSuffix("/") || last == "." || last == ".."
      return "/" + segments.map { percentEncoded($0.utf8) }.joined(separator: "/")
        + (isFolder ? "/" : "")
    }

    /// The parameters sorted by name and value, encoded the same way whoever sent them.
    private var canonicalQuery: String {
      let pairs = query.split(separator: "&").map { parameter in
        let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (
          percentEncoded(decoded(parts[0])),
          parts.count == 2 ? percentEncoded(decoded(parts[1])) : ""
        )
      }
      return pairs.sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// A header's value without blanks around it, and with single ones inside.
    private func folded(_ value: String) -> String {
      value.split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r\n" }.joined(separator: " ")
    }

    /// The bytes of a percent-encoded text. A percent sign without two digits stands for itself.
    private func decoded(_ text: Substring) -> [UInt8] {
      var bytes: [UInt8] = []
      var rest = Array(text.utf8)[...]
      while let byte = rest.popFirst() {
        let digits = rest.prefix(2)
        if byte == UInt8(ascii: "%"), digits.count == 2,
          digits.allSatisfy({ $0 != 43 && $0 != 45 }),
          let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        {
          bytes.append(value)
          rest = rest.dropFirst(2)
        } else {
          bytes.append(byte)
        }
      }
      return bytes
    }
  }
}
