/// What the fields of a request say, once they are known to be those of a gRPC call.
struct RequestHead {
  /// Why a request is not a call.
  enum Refusal: Error {
    /// The method is not POST. HEAD takes no body for an answer.
    case notPost(isHead: Bool)
    /// The content type is not gRPC's.
    case notGRPC
    /// gRPC, but not served: a response of trailers only.
    case status(RPCStatus)
  }

  private(set) var path = ""
  private(set) var timeout: Duration?
  private(set) var metadata = Metadata()
  private(set) var encodings = RequestEncodings()

  private var isPost = false
  private var isHead = false
  private var isGRPC = false
  private var acceptsTrailers = false
  private var fault: RPCStatus?

  init(_ fields: HTTP2FieldList) throws(Refusal) {
    fields.forEach { read($0, $1) }
    guard isPost else { throw .notPost(isHead: isHead) }
    guard !fields.isTruncated else {
      throw .status(RPCStatus(.resourceExhausted, "the header list is too large"))
    }
    guard isGRPC else { throw .notGRPC }
    // The field is there to find proxies that drop trailers, which would drop our status too.
    guard acceptsTrailers else {
      throw .status(RPCStatus(.internal, "the request lacks te: trailers"))
    }
    if let fault { throw .status(fault) }
  }

  private mutating func read(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    if name.starts(with: ":") {
      if name.equals(":path") {
        path = String(value)
      } else if name.equals(":method") {
        isPost = value.equals("POST")
        isHead = value.equals("HEAD")
      }
    } else if name.equals("content-type") {
      isGRPC = Self.isGRPC(value)
    } else if name.equals("te") {
      acceptsTrailers = value.equals("trailers")
    } else if name.starts(with: "grpc-") {
      readOwn(name, value)
    } else if !Self.isHTTP(name) {
      readCustom(String(name), value)
    }
  }

  /// Fields that speak to HTTP and not to the handler.
  private static func isHTTP(_ name: Span<UInt8>) -> Bool {
    name.equals("host") || name.equals("content-length") || name.equals("accept-encoding")
  }

  /// "application/grpc", alone or with "+proto" and the like, or with parameters.
  private static func isGRPC(_ contentType: Span<UInt8>) -> Bool {
    contentType.starts(with: "application/grpc")
      && (contentType.equals("application/grpc") || contentType.starts(with: "application/grpc+")
        || contentType.starts(with: "application/grpc;"))
  }

  private mutating func readOwn(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    if name.equals("grpc-timeout") {
      timeout = Timeout.parse(value)
      if timeout == nil { fault = RPCStatus(.internal, "malformed grpc-timeout") }
    } else if name.equals("grpc-encoding") {
      if !encodings.readEncoding(value) {
        fault = RPCStatus(.unimplemented, "grpc-encoding \(String(value)) is not supported")
      }
    } else if name.equals("grpc-accept-encoding") {
      encodings.readAccepted(value)
    }
  }

  private mutating func readCustom(_ name: String, _ value: Span<UInt8>) {
    let text = String(value)
    guard name.hasSuffix("-bin") else { return metadata.appendReceived(name, .text(text)) }
    // Repeated values of one name may have been joined on the way.
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let trimmed = part.trimmingPrefix { $0 == UInt8(ascii: " ") }
      guard let bytes = Base64.decode(trimmed) else {
        fault = RPCStatus(.internal, "malformed base64 in \(name)")
        return
      }
      metadata.appendReceived(name, .binary(bytes))
    }
  }
}
