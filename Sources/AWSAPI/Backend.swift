internal import Detect

/// The service as the operations of this face call it: errors become exceptions, and the text of an internal
/// failure, which no caller may read, goes to the log.
struct Backend: Sendable {
  let service: DetectService
  /// Called with the text of each internal failure.
  let logFailure: @Sendable (String) -> Void

  /// Performs an operation of the service.
  func perform<O: Operation>(_ operation: O) async throws(AWSError) -> O.Response {
    try await call { service async throws(DetectError) in try await service.perform(operation) }
  }

  /// Calls the service.
  func call<Result>(
    _ body: (DetectService) async throws(DetectError) -> Result
  ) async throws(AWSError) -> Result {
    do throws(DetectError) {
      return try await body(service)
    } catch {
      if case .internalFailure(let text) = error { logFailure(text) }
      throw AWSError(error)
    }
  }
}
