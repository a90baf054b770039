internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Attaches a profile to a target.
  func attachSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__attach_security_profile_request__init) {
      request in
      unsafe AttachSecurityProfile(
        securityProfileName: text(request.security_profile_name),
        securityProfileTargetARN: text(request.security_profile_target_arn))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__attach_security_profile_response__init) { _, _ in }
  }
}
