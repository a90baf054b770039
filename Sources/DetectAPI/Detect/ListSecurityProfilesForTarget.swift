internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Lists the profiles attached to a target.
  func listSecurityProfilesForTarget(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(
      request, detect__v1__list_security_profiles_for_target_request__init
    ) { request in
      unsafe ListSecurityProfilesForTarget(
        securityProfileTargetARN: text(request.security_profile_target_arn),
        recursive: request.recursive != 0, nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results))
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_security_profiles_for_target_response__init) {
      response, arena in
      let mappings = unsafe arena.messages(
        page.items, detect__v1__security_profile_target_mapping__init
      ) { mapping, message, arena in
        unsafe message.security_profile_identifier =
          arena.identifier(mapping.securityProfileIdentifier)
        unsafe message.target = arena.target(arn: mapping.targetARN)
      }
      unsafe response.n_security_profile_target_mappings = mappings.0
      unsafe response.security_profile_target_mappings = mappings.1
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
