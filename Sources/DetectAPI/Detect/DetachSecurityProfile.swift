internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Detaches a profile from a target.
  func detachSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__detach_security_profile_request__init) {
      request in
      unsafe DetachSecurityProfile(
        securityProfileName: text(request.security_profile_name),
        securityProfileTargetARN: text(request.security_profile_target_arn))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__detach_security_profile_response__init) { _, _ in }
  }
}
