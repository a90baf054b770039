/// Sends dead alerts again. AWS has no such operation.
package struct RedriveAlertDeliveries: Hashable, Sendable {
  /// Only alerts to this target; nil for those to every target.
  package var alertTargetARN: String?

  package init(alertTargetARN: String? = nil) {
    self.alertTargetARN = alertTargetARN
  }

  /// Checks the field.
  func check() throws(DetectError) {
    try FieldCheck.alertTargetARN(alertTargetARN)
  }
}

extension FieldCheck {
  /// The ARN of an alert target, as a filter.
  static func alertTargetARN(_ text: String?) throws(DetectError) {
    if let text {
      try length(of: text, in: Limits.alertTargetARNCharacters, field: "alertTargetArn")
    }
  }
}
