/// Keeps what a person found out about a violation. Its active violation and all its events show it.
package struct PutVerificationStateOnViolation: Hashable, Sendable {
  package static let name = "PutVerificationStateOnViolation"

  package var violationID: String
  /// Required; `unknown` takes back what was said before.
  package var verificationState: VerificationState?
  /// Replaces what was there; nil leaves none.
  package var verificationStateDescription: String?

  package init(
    violationID: String, verificationState: VerificationState?,
    verificationStateDescription: String? = nil
  ) {
    self.violationID = violationID
    self.verificationState = verificationState
    self.verificationStateDescription = verificationStateDescription
  }

  /// What is said, of which violation.
  ///
  /// - Throws: `invalidRequest` naming the field that is missing or malformed.
  func checked() throws(DetectError) -> ViolationVerification {
    guard !violationID.isEmpty else {
      throw .invalidRequest("violationId is required", field: "violationId")
    }
    guard isViolationID(violationID) else { throw unknownViolation }
    guard let verificationState else {
      throw .invalidRequest("verificationState is required", field: "verificationState")
    }
    try FieldCheck.description(
      verificationStateDescription, maximum: Limits.verificationDescriptionCharacters,
      field: "verificationStateDescription")
    return ViolationVerification(
      violationID: violationID,
      Verification(verificationState, description: verificationStateDescription))
  }

  /// The error where no violation has the identifier: AWS lists no other one (evidence.md U44).
  var unknownViolation: DetectError {
    .invalidRequest("violation \(quoted(violationID)) does not exist", field: "violationId")
  }
}
