@testable import RPC

/// What is tried with any bytes at all. `make test` tries the committed corpus and what is near it;
/// `make fuzz-rpc` lets libFuzzer search.
enum Fuzzer: String, CaseIterable {
  /// A client's bytes after the preface, in pieces.
  case session
  /// The body of a request, in pieces.
  case deframer
  /// The fields of a request.
  case header
  /// A compressed message.
  case gzip

  /// What went wrong with this input, if anything did.
  func fault(_ input: [UInt8]) -> String? {
    switch self {
    case .session: SessionFuzzer.fault(input)
    case .deframer: Self.deframerFault(input)
    case .header: Self.headerFault(input)
    case .gzip: Self.gzipFault(input)
    }
  }

  /// Whatever the pieces, the messages and the error are the same.
  private static func deframerFault(_ input: [UInt8]) -> String? {
    guard let size = input.first else { return nil }
    let body = Array(input.dropFirst())
    let whole = messages(of: body, pieces: body.count + 1)
    let cut = messages(of: body, pieces: Int(size % 7) + 1)
    return whole == cut ? nil : "\(whole) in one piece, \(cut) in pieces"
  }

  /// The messages as text, and the error at their end.
  private static func messages(of body: [UInt8], pieces: Int) -> [String] {
    var deframer = MessageDeframer(maxMessageBytes: 100, allowsCompression: true)
    var results: [String] = []
    do throws(RPCStatus) {
      for start in stride(from: 0, to: body.count, by: pieces) {
        let piece = Array(body[start..<min(start + pieces, body.count)])
        var position = 0
        while let message = try deframer.next(from: piece.span, at: &position) {
          results.append("\(message.isCompressed) \(message.bytes)")
        }
      }
      results.append("\(deframer.isInsideMessage)")
    } catch {
      results.append("\(error)")
    }
    return results
  }

  private static let methods = MethodTable(["/t.T/U": .immediate { request, _ in request }])

  /// Fields are (length of name, length of value, name, value). A request that is a call has a route
  /// and metadata that could be sent back.
  private static func headerFault(_ input: [UInt8]) -> String? {
    var head = RequestHead(methods: methods)
    for _ in 0..<2 {
      head.reset()
      var rest = input[...]
      while let nameCount = rest.popFirst(), let valueCount = rest.popFirst() {
        let name = Array(rest.prefix(Int(nameCount)))
        let value = Array(rest.dropFirst(name.count).prefix(Int(valueCount)))
        rest = rest.dropFirst(name.count + value.count)
        head.read(name.span, value.span)
      }
      do throws(RequestHead.Refusal) {
        guard try head.checked(isTruncated: false).path == "/t.T/U" else { return "a wrong route" }
      } catch {
        continue
      }
      for entry in head.metadata().entries where entry.name.hasPrefix("grpc-") || entry.name == "te"
      {
        return "\(entry.name) is metadata"
      }
    }
    return nil
  }

  private static func gzipFault(_ input: [UInt8]) -> String? {
    let limit = 1 << 16
    do throws(RPCStatus) {
      let message = try Gzip.decompress(input, limit: limit)
      if message.count > limit { return "\(message.count) bytes above the limit" }
      let again = try Gzip.decompress(Gzip.compress(message), limit: limit)
      if again != message { return "another message comes back" }
    } catch {
      guard error.code == .internal || error.code == .resourceExhausted else { return "\(error)" }
    }
    guard let back = try? Gzip.decompress(Gzip.compress(input), limit: input.count) else {
      return "what was packed does not unpack"
    }
    return back == input ? nil : "what was packed unpacks to something else"
  }
}
