/// What the fields of a request say, read as they come.
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

  private(set) var route: MethodTable.Route?
  private(set) var timeout: Duration?
  private(set) var previousAttempts = 0
  private(set) var encodings = RequestEncodings()

  private let methods: MethodTable
  private var isPost = false
  private var isHead = false
  private var isGRPC = false
  private var acceptsTrailers = false
  private var unknownPath = ""
  private var fault: RPCStatus?
  private var customFields = ReceivedMetadata()

  /// The head of any number of requests, one after another, for these methods.
  init(methods: MethodTable) {
    self.methods = methods
  }

  /// The fields of another request follow.
  mutating func reset() {
    route = nil
    timeout = nil
    previousAttempts = 0
    encodings = RequestEncodings()
    (isPost, isHead, isGRPC, acceptsTrailers) = (false, false, false, false)
    unknownPath = ""
    fault = nil
    customFields.reset()
  }

  /// The metadata, to be asked for once.
  mutating func metadata() -> Metadata { customFields.metadata() }

  /// The route of the call, if this is one.
  mutating func checked(isTruncated: Bool) throws(Refusal) -> MethodTable.Route {
    guard isPost else { throw .notPost(isHead: isHead) }
    guard !isTruncated else {
      throw .status(RPCStatus(.resourceExhausted, "the header list is too large"))
    }
    guard isGRPC else { throw .notGRPC }
    // The field is there to find proxies that drop trailers, which would drop our status too.
    guard acceptsTrailers else {
      throw .status(RPCStatus(.internal, "the request lacks te: trailers"))
    }
    if let fault { throw .status(fault) }
    guard let route else {
      throw .status(RPCStatus(.unimplemented, "unknown method \(unknownPath)"))
    }
    return route
  }

  /// Takes a field.
  mutating func read(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    if name.count > 0, name[0] == UInt8(ascii: ":") {
      if name.equals(":path") {
        route = methods.route(of: value)
        if route == nil { unknownPath = String(value) }
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
      readCustom(name, value)
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
    } else if name.equals("grpc-previous-rpc-attempts") {
      // It only informs, so a value that is no number is none.
      previousAttempts = Int(String(value)) ?? 0
    }
  }

  private mutating func readCustom(_ name: Span<UInt8>, _ value: Span<UInt8>) {
    guard Metadata.isBinary(name) else { return customFields.append(name, value) }
    // Repeated values of one name may have been joined on the way.
    value.forEachListed { part in
      if Base64.decode(part) == nil {
        fault = RPCStatus(.internal, "malformed base64 in \(String(name))")
      } else {
        customFields.append(name, part)
      }
    }
  }
}
