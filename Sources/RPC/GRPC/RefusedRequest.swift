/// A stream that is not a call: it has its answer, and what the client still sends is dropped.
final class RefusedRequest: HTTP2StreamHandler {
  private unowned let session: HTTP2Session
  private let stream: Int32
  private var text: [UInt8] = []

  /// Answers.
  init(_ refusal: RequestHead.Refusal, _ stream: Int32, of session: HTTP2Session) {
    self.session = session
    self.stream = stream
    switch refusal {
    case .notPost(let isHead):
      answer(
        "405", isHead ? "" : "This is a gRPC server: calls are POST requests.\n", allow: "POST")
    case .notGRPC:
      answer("415", "This is a gRPC server: content-type must be application/grpc.\n", allow: nil)
    case .status(let status):
      session.respond(on: stream, hasBody: false) { fields in
        fields.appendResponseHeader(Metadata())
        fields.append("grpc-accept-encoding", RequestEncodings.accepted)
        fields.append(status, Metadata())
      }
    }
  }

  private func answer(_ status: StaticString, _ text: String, allow: StaticString?) {
    self.text = Array(text.utf8)
    session.respond(on: stream, hasBody: !text.isEmpty) { fields in
      fields.append(":status", status)
      fields.append("content-type", "text/plain")
      if let allow { fields.append("allow", allow) }
    }
  }

  func received(_ bytes: Span<UInt8>) { session.consume(bytes.count, of: stream) }
  func receivedEnd() {}
  func closed(_ code: HTTP2ErrorCode) {}

  func fill(_ frame: UnsafeMutableRawBufferPointer) -> HTTP2Body {
    let count = min(frame.count, text.count)
    unsafe text.withUnsafeBytes { unsafe frame.copyMemory(from: .init(rebasing: $0[..<count])) }
    text.removeFirst(count)
    return text.isEmpty ? .end(count) : .bytes(count)
  }
}
