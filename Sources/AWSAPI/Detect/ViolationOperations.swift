internal import Detect

/// The operations on violations.
struct ViolationOperations: Sendable {
  let backend: Backend

  /// Lists the violations whose alarm is raised now.
  func listActive(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var activeViolations: [ActiveViolationShape]
      var nextToken: String?
    }
    let query = request.query
    let operation = ListActiveViolations(
      thingName: query.text("thingName"), securityProfileName: query.text("securityProfileName"),
      behaviorCriteriaType: try query.choice("behaviorCriteriaType", of: .criteriaTypes),
      listSuppressedAlerts: try query.flag("listSuppressedAlerts"),
      verificationState: try query.choice("verificationState", of: .verificationStates),
      nextToken: query.text("nextToken"), maxResults: try query.integer("maxResults"))
    let page = try await backend.call { service async throws(DetectError) in
      try await service.listActiveViolations(operation)
    }
    return try encode(
      Answer(
        activeViolations: page.items.map(ActiveViolationShape.init), nextToken: page.nextToken))
  }

  /// Lists what happened to violations in a range of time.
  func listEvents(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var violationEvents: [ViolationEventShape]
      var nextToken: String?
    }
    let query = request.query
    let operation = ListViolationEvents(
      startTime: try query.time("startTime"), endTime: try query.time("endTime"),
      thingName: query.text("thingName"), securityProfileName: query.text("securityProfileName"),
      behaviorCriteriaType: try query.choice("behaviorCriteriaType", of: .criteriaTypes),
      listSuppressedAlerts: try query.flag("listSuppressedAlerts"),
      verificationState: try query.choice("verificationState", of: .verificationStates),
      nextToken: query.text("nextToken"), maxResults: try query.integer("maxResults"))
    let page = try await backend.call { service async throws(DetectError) in
      try await service.listViolationEvents(operation)
    }
    return try encode(
      Answer(violationEvents: page.items.map(ViolationEventShape.init), nextToken: page.nextToken))
  }

  /// Keeps what a person found out about a violation.
  func putVerificationState(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var verificationState: String?
      var verificationStateDescription: String?
    }
    let members = try request.members(as: Members.self)
    let state: VerificationState? =
      if let text = members.verificationState {
        try EnumTexts.verificationStates.value(of: text, "verificationState")
      } else { nil }
    let operation = PutVerificationStateOnViolation(
      violationID: request.label("violationId"), verificationState: state,
      verificationStateDescription: members.verificationStateDescription)
    try await backend.call { service async throws(DetectError) in
      try await service.putVerificationState(operation)
    }
    return noMembers
  }
}

/// `ActiveViolation`. Its `violationEventAdditionalInfo` is of machine learning only.
private struct ActiveViolationShape: Encodable {
  var violationId: String
  var thingName: String
  var securityProfileName: String
  var behavior: BehaviorShape
  var lastViolationValue: MetricValueShape
  var verificationState: String
  var verificationStateDescription: String?
  var lastViolationTime: Double
  var violationStartTime: Double

  init(_ violation: ActiveViolation) {
    violationId = violation.violationID
    thingName = violation.thing.text
    securityProfileName = violation.securityProfileName
    behavior = BehaviorShape(violation.behavior)
    lastViolationValue = MetricValueShape(violation.lastViolationValue)
    verificationState = EnumTexts.verificationStates.text(of: violation.verification.state)
    verificationStateDescription = violation.verification.description
    lastViolationTime = timestamp(violation.lastViolationTime)
    violationStartTime = timestamp(violation.violationStartTime)
  }
}

/// `ViolationEvent`. Its `violationEventAdditionalInfo` is of machine learning only.
private struct ViolationEventShape: Encodable {
  var violationId: String
  var thingName: String
  var securityProfileName: String
  var behavior: BehaviorShape
  var metricValue: MetricValueShape?
  var violationEventType: String
  var verificationState: String
  var verificationStateDescription: String?
  var violationEventTime: Double

  init(_ event: ViolationEvent) {
    violationId = event.violationID
    thingName = event.thing.text
    securityProfileName = event.securityProfileName
    behavior = BehaviorShape(event.behavior)
    metricValue = event.metricValue.map(MetricValueShape.init)
    violationEventType = EnumTexts.violationEventTypes.text(of: event.type)
    verificationState = EnumTexts.verificationStates.text(of: event.verification.state)
    verificationStateDescription = event.verification.description
    violationEventTime = timestamp(event.time)
  }
}
