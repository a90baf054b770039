internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Keeps what a person found out about a violation.
  func putVerificationStateOnViolation(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(
      request, detect__v1__put_verification_state_on_violation_request__init
    ) { request throws(RPCStatus) in
      try unsafe PutVerificationStateOnViolation(
        violationID: text(request.violation_id),
        verificationState: verificationState(request.verification_state),
        verificationStateDescription: optionalText(request.verification_state_description))
    }
    try await backend.call { service async throws(DetectError) in
      try await service.putVerificationState(operation)
    }
    return unsafe encode(
      detect__v1__put_verification_state_on_violation_response__init
    ) { _, _ in }
  }
}
