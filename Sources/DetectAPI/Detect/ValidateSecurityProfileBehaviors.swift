internal import CDetectProto
internal import Detect
internal import RPC

extension DetectMethods {
  /// Says which faults Create and Update would find in these behaviors.
  func validateSecurityProfileBehaviors(_ request: [UInt8]) async throws(RPCStatus) -> [UInt8] {
    let operation = try unsafe decode(
      request, detect__v1__validate_security_profile_behaviors_request__init
    ) { request in
      unsafe ValidateSecurityProfileBehaviors(
        behaviors: request.n_behaviors == 0
          ? nil : list(request.behaviors, request.n_behaviors, Behavior.init))
    }
    let result = try await backend.perform(operation)
    return unsafe encode(detect__v1__validate_security_profile_behaviors_response__init) {
      response, arena in
      unsafe response.valid = result.valid ? 1 : 0
      unsafe (response.n_validation_errors, response.validation_errors) = arena.messages(
        result.validationErrors, detect__v1__validation_error__init
      ) { error, message, arena in unsafe message.error_message = arena.text(error) }
      unsafe (response.n_warnings, response.warnings) = arena.messages(
        result.warnings, detect__v1__validation_warning__init
      ) { warning, message, arena in
        unsafe message.behavior_name = arena.text(warning.behaviorName)
        unsafe message.message = arena.text(warning.message)
      }
    }
  }
}
