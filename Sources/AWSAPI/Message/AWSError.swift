internal import Access
internal import Detect

/// An answer that is an exception of AWS's model: its name, its status and its members.
struct AWSError: Error, Equatable, Sendable {
  /// The name in the header `x-amzn-ErrorType`, by which SDKs know the exception.
  var name: String
  var status: Int
  var message: String
  /// Members of ResourceAlreadyExistsException only.
  var resourceID: String?
  var resourceARN: String?

  init(
    _ name: String, status: Int, _ message: String, resourceID: String? = nil,
    resourceARN: String? = nil
  ) {
    self.name = name
    self.status = status
    self.message = message
    self.resourceID = resourceID
    self.resourceARN = resourceARN
  }

  /// The exception of a domain error.
  init(_ error: DetectError) {
    switch error {
    case .invalidRequest(let message, _), .outOfRange(let message, _):
      self = .invalidRequest(message)
    case .notFound(let message):
      self.init("ResourceNotFoundException", status: 404, message)
    case .alreadyExists(let message, let id, let arn):
      self.init(
        "ResourceAlreadyExistsException", status: 409, message, resourceID: id, resourceARN: arn)
    case .versionConflict(let message):
      self.init("VersionConflictException", status: 409, message)
    case .limitExceeded(let message):
      self.init("LimitExceededException", status: 410, message)
    case .throttled(let message, _):
      self.init("ThrottlingException", status: 400, message)
    case .unavailable(let message):
      self.init("ServiceUnavailableException", status: 503, message)
    case .internalFailure:
      self = .internalFailure
    }
  }

  /// The exception of a call that is not allowed. It gives no reason.
  init(_ denial: Denial) {
    switch denial {
    case .unauthenticated:
      self.init("UnauthorizedException", status: 401, "the request does not prove who sends it")
    case .forbidden:
      self.init("AccessDeniedException", status: 403, "the caller may not do this")
    case .throttled:
      self.init("ThrottlingException", status: 400, "too many calls")
    }
  }

  /// Something is wrong with what was sent.
  static func invalidRequest(_ message: String) -> AWSError {
    AWSError("InvalidRequestException", status: 400, message)
  }

  /// A fault of ours. Its text goes to the log and never to the caller.
  static let internalFailure = AWSError(
    "InternalFailureException", status: 500, "internal failure")

  /// No operation has this method and path.
  static let unknownOperation = AWSError(
    "UnknownOperationException", status: 404, "no operation has this method and path")

  /// The body has not come to its end.
  static let incomplete = AWSError.invalidRequest("the body is incomplete")

  /// The body is longer than any request needs.
  static func tooLarge(maximum: Int) -> AWSError {
    AWSError("RequestEntityTooLargeException", status: 413, "the body is over \(maximum) bytes")
  }
}

extension AWSError: Encodable {
  private enum CodingKeys: String, CodingKey {
    case message, resourceID = "resourceId", resourceARN = "resourceArn"
  }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(message, forKey: .message)
    try members.encodeIfPresent(resourceID, forKey: .resourceID)
    try members.encodeIfPresent(resourceARN, forKey: .resourceARN)
  }
}
