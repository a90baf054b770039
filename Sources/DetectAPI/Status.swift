internal import Access
internal import CDetectProto
internal import Detect
internal import RPC

/// The one place where errors become statuses. Each status carries `google.rpc.Status` with an
/// `ErrorInfo` whose reason is the name of the AWS exception, so that any face can restore it.
extension RPCStatus {
  /// The status of a domain error.
  init(_ error: DetectError) {
    switch error {
    case .invalidRequest(let message, let field):
      self.init(
        .invalidArgument, message, reason: "INVALID_REQUEST_EXCEPTION",
        badRequest(message, field: field))
    case .notFound(let message):
      self.init(.notFound, message, reason: "RESOURCE_NOT_FOUND_EXCEPTION")
    case .alreadyExists(let message, let id, let arn):
      self.init(
        .alreadyExists, message, reason: "RESOURCE_ALREADY_EXISTS_EXCEPTION",
        metadata: [("resourceArn", arn), ("resourceId", id)], resourceInfo(arn: arn))
    case .versionConflict(let message):
      self.init(.aborted, message, reason: "VERSION_CONFLICT_EXCEPTION")
    case .limitExceeded(let message):
      self.init(.failedPrecondition, message, reason: "LIMIT_EXCEEDED_EXCEPTION")
    case .throttled(let message, let milliseconds):
      self.init(
        .resourceExhausted, message, reason: "THROTTLING_EXCEPTION",
        retryInfo(milliseconds: milliseconds))
      retryAfter = .milliseconds(milliseconds)
    case .outOfRange(let message, let oldestSequence):
      self.init(
        .outOfRange, message, reason: "INVALID_REQUEST_EXCEPTION",
        metadata: [("oldestSequenceNumber", String(oldestSequence))])
    case .unavailable(let message):
      self.init(.unavailable, message, reason: "SERVICE_UNAVAILABLE_EXCEPTION")
    case .internalFailure:
      self.init(.internal, "internal failure", reason: "INTERNAL_FAILURE_EXCEPTION")
    }
  }

  /// The status of a call that is not allowed. It says how to prove who one is (as `WWW-Authenticate`
  /// does, RFC 6750 section 3), and nothing of what was wrong.
  init(_ denial: Denial) {
    switch denial {
    case .unauthenticated(_, let hasToken):
      self.init(
        .unauthenticated, #"Bearer realm="detect""# + (hasToken ? #", error="invalid_token""# : ""),
        reason: "UNAUTHORIZED_EXCEPTION")
    case .forbidden:
      self.init(
        .permissionDenied, "the caller may not do this", reason: "UNAUTHORIZED_EXCEPTION")
    case .throttled(let milliseconds):
      self.init(
        DetectError.throttled("too many calls", retryAfterMilliseconds: milliseconds))
    }
  }

  /// The status of a message that cannot be decoded.
  init(_ fault: MessageFault) {
    switch fault {
    case .malformed:
      self.init(DetectError.invalidRequest("the message is malformed", field: ""))
    case .tooLarge:
      self.init(
        DetectError.invalidRequest("decoded, the message takes too much memory", field: ""))
    case .text(let field):
      self.init(
        DetectError.invalidRequest("\(field) must be UTF-8 without U+0000", field: field))
    }
  }

  /// The status of a call that the server ends because it shuts down.
  static var shutdown: RPCStatus { RPCStatus(DetectError.unavailable("the server shuts down")) }

  /// A status whose details are an `ErrorInfo` and, where there is one, a second message.
  private init(
    _ code: Code, _ message: String, reason: String, metadata: [(String, String)] = [],
    _ detail: Detail? = nil
  ) {
    let message = cut(message, to: Limits.statusMessageBytes)
    let info = errorInfo(reason: reason, metadata: metadata)
    let details = unsafe encode(google__rpc__status__init) { status, arena in
      unsafe status.code = Int32(code.rawValue)
      unsafe status.message = arena.text(message)
      unsafe (status.n_details, status.details) = arena.messages(
        [info] + (detail.map { [$0] } ?? []), google__protobuf__any__init
      ) { detail, any, arena in
        unsafe any.type_url = arena.text("type.googleapis.com/google.rpc.\(detail.name)")
        unsafe any.value = arena.bytes(detail.bytes)
      }
    }
    self.init(code, message, details: details)
  }
}

/// A serialized message of `google.rpc`.
private struct Detail {
  var name: String
  var bytes: [UInt8]
}

private func errorInfo(reason: String, metadata: [(String, String)]) -> Detail {
  let bytes = unsafe encode(google__rpc__error_info__init) { info, arena in
    unsafe info.reason = arena.text(reason)
    unsafe info.domain = arena.text("detect")
    unsafe (info.n_metadata, info.metadata) = arena.messages(
      metadata, google__rpc__error_info__metadata_entry__init
    ) { entry, message, arena in
      unsafe message.key = arena.text(entry.0)
      unsafe message.value = arena.text(entry.1)
    }
  }
  return Detail(name: "ErrorInfo", bytes: bytes)
}

private func badRequest(_ message: String, field: String) -> Detail? {
  guard !field.isEmpty else { return nil }
  let bytes = unsafe encode(google__rpc__bad_request__init) { request, arena in
    unsafe (request.n_field_violations, request.field_violations) = arena.messages(
      [message], google__rpc__bad_request__field_violation__init
    ) { description, violation, arena in
      unsafe violation.field = arena.text(
        cut(contractPath(field), to: Limits.fieldViolationBytes))
      unsafe violation.description = arena.text(
        cut(description, to: Limits.fieldViolationBytes))
    }
  }
  return Detail(name: "BadRequest", bytes: bytes)
}

/// The resource of this ARN. Its type is the first part of what comes after the fifth colon:
/// "arn:aws:iot:REGION:ACCOUNT:securityprofile/NAME".
private func resourceInfo(arn: String) -> Detail {
  let resource = arn.split(separator: ":", maxSplits: 5).last ?? ""
  let bytes = unsafe encode(google__rpc__resource_info__init) { info, arena in
    unsafe info.resource_type = arena.text(String(resource.prefix { $0 != "/" }))
    unsafe info.resource_name = arena.text(arn)
  }
  return Detail(name: "ResourceInfo", bytes: bytes)
}

private func retryInfo(milliseconds: Int64) -> Detail {
  let bytes = unsafe encode(google__rpc__retry_info__init) { info, arena in
    unsafe info.retry_delay = arena.message(google__protobuf__duration__init) { delay, _ in
      unsafe delay.seconds = milliseconds / 1000
      unsafe delay.nanos = Int32(milliseconds % 1000) * 1_000_000
    }
  }
  return Detail(name: "RetryInfo", bytes: bytes)
}

/// A path in the contract's names where the domain speaks of it in the API's:
/// "behaviors[2].criteria.durationSeconds" becomes "behaviors[2].criteria.duration_seconds". What comes
/// below "attributes" are names that the user chose.
private func contractPath(_ path: String) -> String {
  let names = path.split(separator: ".", omittingEmptySubsequences: false)
  let chosen = names.firstIndex(of: "attributes").map { $0 + 1 } ?? names.endIndex
  let ours = names[..<chosen].map { name in
    name.reduce(into: "") { result, character in
      if character.isUppercase { result += "_" }
      result += character.lowercased()
    }
  }
  return (ours + names[chosen...].map(String.init)).joined(separator: ".")
}

/// The beginning of a text that takes at most `limit` bytes when it is percent-encoded; "…" stands for
/// what is missing. Errors quote what was sent, which can be as long as a message.
private func cut(_ text: String, to limit: Int) -> String {
  let mark = "…"
  var end = text.startIndex
  var size = 0
  for index in text.unicodeScalars.indices {
    let scalar = text.unicodeScalars[index]
    if size <= limit - 3 * mark.utf8.count { end = index }
    let isPlain = (0x20...0x7e).contains(scalar.value) && scalar != "%"
    size += isPlain ? 1 : 3 * UTF8.width(scalar)
    if size > limit { return text[..<end] + mark }
  }
  return text
}
