internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Returns a security profile.
  func describeSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__describe_security_profile_request__init)
    {
      request in
      unsafe DescribeSecurityProfile(
        securityProfileName: text(request.security_profile_name))
    }
    return encodeProfile(try await backend.perform(operation))
  }
}
