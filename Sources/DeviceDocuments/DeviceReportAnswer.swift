/// What a device is told of its report (evidence.md 3.4).
package struct DeviceReportAnswer: Hashable, Sendable {
  /// What became of the report.
  package enum Verdict: Hashable, Sendable {
    /// It was read and is durable. These metrics of it were left out.
    case accepted(reportID: UInt64, dropped: [DroppedMetric])
    /// Nothing of it was taken, for this reason.
    case rejected(ErrorCode, message: String)
  }

  /// Kinds of reasons, as the device reads them. AWS documents the first (evidence.md U7).
  package enum ErrorCode: String, Sendable {
    case invalidPayload = "InvalidPayload"
    case throttled = "Throttled"
    case tooLarge = "TooLarge"
    case unauthorized = "Unauthorized"
  }

  /// The name of the thing, as it was given.
  package let thing: String
  /// When it was answered, milliseconds since the epoch.
  package let timestamp: Int64
  package let verdict: Verdict

  /// The document that the device reads, in the format of its report.
  package func document(as format: DocumentFormat) -> [UInt8] {
    var members: [String: DocumentValue] = [
      "thingName": .text(thing), "timestamp": .number(.integer(timestamp)),
    ]
    switch verdict {
    case .accepted(let reportID, _):
      members["status"] = .text("ACCEPTED")
      members["reportId"] = .number(.integer(Int64(reportID)))
    case .rejected(let code, let message):
      members["status"] = .text("REJECTED")
      members["statusDetails"] = .object([
        "ErrorCode": .text(code.rawValue), "ErrorMessage": .text(message),
      ])
    }
    return DocumentValue.object(members).encoded(as: format)
  }
}
