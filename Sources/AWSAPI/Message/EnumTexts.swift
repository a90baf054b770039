internal import Detect

/// The texts of an enumeration of AWS's model, for both directions.
struct EnumTexts<Value: Hashable & Sendable>: Sendable {
  private let values: KeyValuePairs<String, Value>

  init(_ values: KeyValuePairs<String, Value>) { self.values = values }

  /// The text of a value.
  func text(of value: Value) -> String {
    guard let text = values.first(where: { $0.value == value })?.key else {
      preconditionFailure("the model has no text for \(value)")
    }
    return text
  }

  /// The value of a text.
  ///
  /// - Throws: InvalidRequestException that names the member and what it may be.
  func value(of text: String, _ member: String) throws(AWSError) -> Value {
    guard let value = values.first(where: { $0.key == text })?.value else {
      let texts = values.map(\.key).joined(separator: ", ")
      throw .invalidRequest("\(member) should be one of [\(texts)]")
    }
    return value
  }
}

extension EnumTexts<BehaviorCriteriaType> {
  static let criteriaTypes = EnumTexts([
    "STATIC": .staticThreshold, "STATISTICAL": .statistical, "MACHINE_LEARNING": .machineLearning,
  ])
}

extension EnumTexts<VerificationState> {
  static let verificationStates = EnumTexts([
    "FALSE_POSITIVE": .falsePositive, "BENIGN_POSITIVE": .benignPositive,
    "TRUE_POSITIVE": .truePositive, "UNKNOWN": .unknown,
  ])
}

extension EnumTexts<ViolationEventType> {
  static let violationEventTypes = EnumTexts([
    "in-alarm": .inAlarm, "alarm-cleared": .alarmCleared, "alarm-invalidated": .alarmInvalidated,
  ])
}
