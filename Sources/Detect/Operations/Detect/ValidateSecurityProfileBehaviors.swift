/// Says which faults Create and Update would find in behaviors, all of them at once.
package struct ValidateSecurityProfileBehaviors: Operation, Hashable {
  package static let name = "ValidateSecurityProfileBehaviors"

  /// Required; nil where the request has no list at all.
  package var behaviors: [Behavior]?

  package init(behaviors: [Behavior]?) {
    self.behaviors = behaviors
  }

  /// What was found.
  package struct Response: Hashable, Sendable {
    /// The faults' texts, in the order of the list.
    package var validationErrors: [String]
    /// What is valid and yet probably not meant; not part of the AWS API.
    package var warnings: [BehaviorWarning]

    /// Whether the behaviors could be stored.
    package var valid: Bool { validationErrors.isEmpty }

    package init(validationErrors: [String], warnings: [BehaviorWarning]) {
      self.validationErrors = validationErrors
      self.warnings = warnings
    }
  }

  /// Looks at the behaviors.
  ///
  /// - Throws: `invalidRequest` where there is no list, or more than 100 behaviors in it.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    guard let behaviors else {
      throw .invalidRequest("behaviors is required", field: "behaviors")
    }
    let validation = try BehaviorValidation(
      behaviors, of: catalog.metrics, settings: catalog.settings)
    return Decision(
      Response(
        validationErrors: validation.faults.map(\.message), warnings: validation.warnings))
  }
}
