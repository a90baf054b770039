/// What happened to a violation.
package enum ViolationEventType: UInt8, Sendable, CaseIterable {
  case inAlarm = 1
  case alarmCleared = 2
  case alarmInvalidated = 3
}

/// How a behavior judges.
package enum BehaviorCriteriaType: UInt8, Sendable, CaseIterable {
  case staticThreshold = 1
  case statistical = 2
  case machineLearning = 3
}

/// What a person found a violation to be.
package enum VerificationState: UInt8, Sendable, CaseIterable {
  case unknown = 0
  case falsePositive = 1
  case benignPositive = 2
  case truePositive = 3
}

/// What a person said of a violation.
package struct Verification: Hashable, Sendable {
  package var state: VerificationState
  /// At most 1000 characters, without control characters.
  package var description: String?

  package init(_ state: VerificationState, description: String? = nil) {
    self.state = state
    self.description = description
  }

  /// Nobody has looked yet.
  package static let none = Verification(.unknown)
}

/// A violation, and what a person said of it.
package struct ViolationVerification: Hashable, Sendable {
  package var violationID: String
  package var verification: Verification

  package init(violationID: String, _ verification: Verification) {
    self.violationID = violationID
    self.verification = verification
  }
}

/// A device left the normal, returned to it, or is no longer judged.
package struct ViolationEvent: Hashable, Sendable {
  /// Grows by one with every event of the account, from 1.
  package var sequence: Int64
  /// 32 lower-case hexadecimal digits, the same for all events of one episode.
  package var violationID: String
  package var thing: ThingName
  package var securityProfileName: String
  /// The behavior as it was, with defaults resolved.
  package var behavior: Behavior
  package var criteriaType: BehaviorCriteriaType
  /// Nil for an invalidation.
  package var metricValue: MetricValue?
  package var type: ViolationEventType
  /// Milliseconds since the epoch.
  package var time: Int64
  /// What was said of the violation last. It may change as long as the event is kept.
  package var verification: Verification

  package init(
    sequence: Int64, violationID: String, thing: ThingName, securityProfileName: String,
    behavior: Behavior, criteriaType: BehaviorCriteriaType, metricValue: MetricValue?,
    type: ViolationEventType, time: Int64, verification: Verification = .none
  ) {
    self.sequence = sequence
    self.violationID = violationID
    self.thing = thing
    self.securityProfileName = securityProfileName
    self.behavior = behavior
    self.criteriaType = criteriaType
    self.metricValue = metricValue
    self.type = type
    self.time = time
    self.verification = verification
  }
}

/// A violation that has not ended.
package struct ActiveViolation: Hashable, Sendable {
  package var violationID: String
  package var thing: ThingName
  package var securityProfileName: String
  package var behavior: Behavior
  package var criteriaType: BehaviorCriteriaType
  package var lastViolationValue: MetricValue
  /// Milliseconds since the epoch.
  package var lastViolationTime: Int64
  /// Milliseconds since the epoch: the time of the in-alarm event.
  package var violationStartTime: Int64
  /// The sequence number of the in-alarm event.
  package var sequence: Int64
  package var verification: Verification

  package init(
    violationID: String, thing: ThingName, securityProfileName: String, behavior: Behavior,
    criteriaType: BehaviorCriteriaType, lastViolationValue: MetricValue, lastViolationTime: Int64,
    violationStartTime: Int64, sequence: Int64, verification: Verification = .none
  ) {
    self.violationID = violationID
    self.thing = thing
    self.securityProfileName = securityProfileName
    self.behavior = behavior
    self.criteriaType = criteriaType
    self.lastViolationValue = lastViolationValue
    self.lastViolationTime = lastViolationTime
    self.violationStartTime = violationStartTime
    self.sequence = sequence
    self.verification = verification
  }
}
