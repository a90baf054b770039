/// What an operation can answer instead of its response.
///
/// One case per AWS exception, so that every face can restore the exception: gRPC maps each case to a
/// status, REST to an HTTP code. The text of every case but `internalFailure` is for the caller.
package enum DetectError: Error, Equatable, Sendable {
  /// A field is missing, malformed or out of range. `field` is its path in the request
  /// (`behaviors[2].criteria.value`), empty where the fault concerns no single field.
  case invalidRequest(String, field: String)
  /// The named profile, group, thing or resource does not exist.
  case notFound(String)
  /// A create met a different resource of the same name.
  case alreadyExists(String, resourceID: String, resourceARN: String)
  /// `expectedVersion` is not the version that is stored.
  case versionConflict(String)
  /// A fixed quota is used up, for example five profiles on one target.
  case limitExceeded(String)
  /// A rate quota is used up; the caller may retry after the given time.
  case throttled(String, retryAfterMilliseconds: Int64)
  /// The sequence number asked for is older than the oldest event that is kept.
  case outOfRange(String, oldestSequence: Int64)
  /// The store cannot be written or the service is stopping. Nothing was acknowledged; retry.
  case unavailable(String)
  /// A fault of ours. The text goes to the log and never to the caller.
  case internalFailure(String)
}
