internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Lists the targets that a profile is attached to.
  func listTargetsForSecurityProfile(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(
      request, detect__v1__list_targets_for_security_profile_request__init
    ) { request in
      unsafe ListTargetsForSecurityProfile(
        securityProfileName: text(request.security_profile_name),
        nextToken: optionalText(request.next_token), maxResults: optionalNumber(request.max_results)
      )
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_targets_for_security_profile_response__init) {
      response, arena in
      unsafe (response.n_security_profile_targets, response.security_profile_targets) =
        arena.repeated(page.items) { unsafe arena.target(arn: $0.arn) }
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
