/// Asks why the alarm of a violation was raised.
package struct ExplainViolation: Hashable, Sendable {
  package static let name = "ExplainViolation"

  package var violationID: String

  package init(violationID: String) {
    self.violationID = violationID
  }

  /// The identifier, checked.
  ///
  /// - Throws: `invalidRequest` where there is none, `notFound` where none can be like this.
  func checked() throws(DetectError) -> String {
    guard !violationID.isEmpty else {
      throw .invalidRequest("violationId is required", field: "violationId")
    }
    guard isViolationID(violationID) else { throw notExplained }
    return violationID
  }

  /// The error where no explanation is kept.
  var notExplained: DetectError {
    .notFound("there is no explanation of violation \(quoted(violationID))")
  }
}
