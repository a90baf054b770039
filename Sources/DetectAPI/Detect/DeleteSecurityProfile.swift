internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Deletes a security profile.
  func deleteSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__delete_security_profile_request__init) {
      request in
      unsafe DeleteSecurityProfile(
        securityProfileName: text(request.security_profile_name),
        expectedVersion: optionalNumber(request.expected_version))
    }
    _ = try await backend.perform(operation)
    return unsafe encode(detect__v1__delete_security_profile_response__init) { _, _ in }
  }
}
