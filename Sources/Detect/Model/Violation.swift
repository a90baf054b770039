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

/// What a person said of a violation.
package enum VerificationState: UInt8, Sendable, CaseIterable {
  case unknown = 0
  case falsePositive = 1
  case benignPositive = 2
  case truePositive = 3
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

  package init(
    sequence: Int64, violationID: String, thing: ThingName, securityProfileName: String,
    behavior: Behavior, criteriaType: BehaviorCriteriaType, metricValue: MetricValue?,
    type: ViolationEventType, time: Int64
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

  package init(
    violationID: String, thing: ThingName, securityProfileName: String, behavior: Behavior,
    criteriaType: BehaviorCriteriaType, lastViolationValue: MetricValue, lastViolationTime: Int64,
    violationStartTime: Int64, sequence: Int64
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
  }
}
