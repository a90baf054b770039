internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Lists the security profiles.
  func listSecurityProfiles(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(request, detect__v1__list_security_profiles_request__init) {
      request in
      unsafe ListSecurityProfiles(
        nextToken: optionalText(request.next_token),
        maxResults: optionalNumber(request.max_results),
        dimensionName: optionalText(request.dimension_name),
        metricName: optionalText(request.metric_name))
    }
    let page = try await backend.perform(operation)
    return unsafe encode(detect__v1__list_security_profiles_response__init) { response, arena in
      unsafe (response.n_security_profile_identifiers, response.security_profile_identifiers) =
        arena.repeated(page.items) { unsafe arena.identifier($0) }
      unsafe response.next_token = arena.text(page.nextToken ?? "")
    }
  }
}
