internal import CDetectProto
internal import Detect
internal import RPC

// MARK: - From messages

/// The kind of criteria that a filter asks for; nil for every kind.
func criteriaType(
  _ type: Detect__V1__BehaviorCriteriaType
) throws(RPCStatus) -> BehaviorCriteriaType? {
  switch type {
  case DETECT__V1__BEHAVIOR_CRITERIA_TYPE__BEHAVIOR_CRITERIA_TYPE_UNSPECIFIED: nil
  case DETECT__V1__BEHAVIOR_CRITERIA_TYPE__BEHAVIOR_CRITERIA_TYPE_STATIC: .staticThreshold
  case DETECT__V1__BEHAVIOR_CRITERIA_TYPE__BEHAVIOR_CRITERIA_TYPE_STATISTICAL: .statistical
  case DETECT__V1__BEHAVIOR_CRITERIA_TYPE__BEHAVIOR_CRITERIA_TYPE_MACHINE_LEARNING:
    .machineLearning
  default: throw unknownNumber(type.rawValue, field: "behaviorCriteriaType")
  }
}

/// The state that a message names; nil where it names none.
func verificationState(
  _ state: Detect__V1__VerificationState
) throws(RPCStatus) -> VerificationState? {
  switch state {
  case DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_UNSPECIFIED: nil
  case DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_FALSE_POSITIVE: .falsePositive
  case DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_BENIGN_POSITIVE: .benignPositive
  case DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_TRUE_POSITIVE: .truePositive
  case DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_UNKNOWN: .unknown
  default: throw unknownNumber(state.rawValue, field: "verificationState")
  }
}

/// Refuses a number that an enum of the contract lacks.
func unknownNumber(_ number: UInt32, field: String) -> RPCStatus {
  RPCStatus(DetectError.invalidRequest("\(field) has no value \(number)", field: field))
}

// MARK: - To messages

private func number(_ state: VerificationState) -> Detect__V1__VerificationState {
  switch state {
  case .unknown: DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_UNKNOWN
  case .falsePositive: DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_FALSE_POSITIVE
  case .benignPositive: DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_BENIGN_POSITIVE
  case .truePositive: DETECT__V1__VERIFICATION_STATE__VERIFICATION_STATE_TRUE_POSITIVE
  }
}

extension Arena {
  /// The number and the messages of active violations.
  func activeViolations(
    _ violations: [ActiveViolation]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__ActiveViolation>?>?) {
    unsafe messages(violations, detect__v1__active_violation__init) {
      violation, message, arena in
      unsafe message.violation_id = arena.text(violation.violationID)
      unsafe message.thing_name = arena.text(violation.thing.text)
      unsafe message.security_profile_name = arena.text(violation.securityProfileName)
      unsafe message.behavior = arena.behavior(violation.behavior)
      unsafe message.last_violation_value = arena.metricValue(violation.lastViolationValue)
      unsafe message.verification_state = number(violation.verification.state)
      unsafe message.verification_state_description = arena.text(
        violation.verification.description ?? "")
      unsafe message.last_violation_time = violation.lastViolationTime
      unsafe message.violation_start_time = violation.violationStartTime
    }
  }

  /// The number and the messages of events.
  func violationEvents(
    _ events: [ViolationEvent]
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Detect__V1__ViolationEvent>?>?) {
    unsafe repeated(events) { unsafe violationEvent($0) }
  }

  /// An event.
  func violationEvent(
    _ event: ViolationEvent
  ) -> UnsafeMutablePointer<Detect__V1__ViolationEvent> {
    unsafe message(detect__v1__violation_event__init) { message, arena in
      unsafe message.violation_id = arena.text(event.violationID)
      unsafe message.thing_name = arena.text(event.thing.text)
      unsafe message.security_profile_name = arena.text(event.securityProfileName)
      unsafe message.behavior = arena.behavior(event.behavior)
      unsafe message.metric_value = arena.metricValue(event.metricValue)
      unsafe message.violation_event_type =
        switch event.type {
        case .inAlarm: DETECT__V1__VIOLATION_EVENT_TYPE__VIOLATION_EVENT_TYPE_IN_ALARM
        case .alarmCleared: DETECT__V1__VIOLATION_EVENT_TYPE__VIOLATION_EVENT_TYPE_ALARM_CLEARED
        case .alarmInvalidated:
          DETECT__V1__VIOLATION_EVENT_TYPE__VIOLATION_EVENT_TYPE_ALARM_INVALIDATED
        }
      unsafe message.verification_state = number(event.verification.state)
      unsafe message.verification_state_description = arena.text(
        event.verification.description ?? "")
      unsafe message.violation_event_time = event.time
      unsafe message.sequence_number = UInt64(event.sequence)
    }
  }
}
