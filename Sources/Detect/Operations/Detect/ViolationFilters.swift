// What ListActiveViolations and ListViolationEvents have in common: their filters and their order.

extension EventPosition {
  /// The position as a page token carries it.
  var text: String { "\(time):\(sequence)" }

  /// Reads back what `text` wrote.
  init?(text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let time = Int64(parts[0]), let sequence = Int64(parts[1]) else {
      return nil
    }
    self.init(time: time, sequence: sequence)
  }
}

extension ActiveViolation {
  /// Where the violation stands in the list: that of its in-alarm event.
  var eventPosition: EventPosition { EventPosition(time: violationStartTime, sequence: sequence) }
}

extension Paging {
  /// The position as an event position; nil on the first page.
  func eventPosition() throws(DetectError) -> EventPosition? {
    guard let position else { return nil }
    guard let place = EventPosition(text: position) else {
      throw .invalidRequest("nextToken is damaged", field: "nextToken")
    }
    return place
  }
}

extension ListActiveViolations {
  /// Checks the fields.
  func paging() throws(DetectError) -> Paging {
    try FieldCheck.reportingThingName(thingName, field: "thingName")
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    return try Paging(
      Self.name,
      filters: [
        thingName, securityProfileName, behaviorCriteriaType.map { "\($0)" },
        listSuppressedAlerts.map { "\($0)" }, verificationState.map { "\($0)" },
      ],
      nextToken: nextToken, maxResults: maxResults)
  }

  /// Whether the filters let the violation through.
  func matches(_ violation: ActiveViolation) -> Bool {
    if let thingName, violation.thing != ThingName(thingName) { return false }
    if let securityProfileName, violation.securityProfileName != securityProfileName {
      return false
    }
    if let behaviorCriteriaType, violation.criteriaType != behaviorCriteriaType { return false }
    if let listSuppressedAlerts,
      violation.behavior.suppressesAlerts != listSuppressedAlerts
    {
      return false
    }
    return verificationState == nil || violation.verification.state == verificationState
  }
}

extension ListViolationEvents {
  /// Checks the fields.
  func paging() throws(DetectError) -> Paging {
    try FieldCheck.reportingThingName(thingName, field: "thingName")
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    return try Paging(
      Self.name,
      filters: [
        startTime.map { "\($0)" }, endTime.map { "\($0)" }, thingName, securityProfileName,
        behaviorCriteriaType.map { "\($0)" }, listSuppressedAlerts.map { "\($0)" },
        verificationState.map { "\($0)" },
      ],
      nextToken: nextToken, maxResults: maxResults)
  }

  /// What to ask the store, one more than a page so that the end is seen.
  ///
  /// - Parameter lastSequence: the sequence number of the last event to list.
  func query(
    _ paging: Paging, upTo lastSequence: Int64
  ) throws(DetectError) -> ViolationEventQuery {
    let (start, end) = try FieldCheck.timeRange(startTime, endTime)
    let position = try paging.eventPosition()
    return ViolationEventQuery(
      start: start, end: end, thing: thingName.map(ThingName.init(_:)),
      securityProfileName: securityProfileName, criteriaType: behaviorCriteriaType,
      suppressed: listSuppressedAlerts, verificationState: verificationState, after: position,
      lastSequence: lastSequence, limit: paging.limit + 1)
  }
}

extension FieldCheck {
  /// The name of a thing that may never have been registered: any text of 1 to 128 characters.
  static func reportingThingName(_ text: String?, field: String) throws(DetectError) {
    if let text { try length(of: text, in: 1...Limits.nameCharacters, field: field) }
  }

  /// A range of times, both required: start inclusive, end exclusive.
  static func timeRange(
    _ start: Int64?, _ end: Int64?
  ) throws(DetectError) -> (start: Int64, end: Int64) {
    guard let start else { throw .invalidRequest("startTime is required", field: "startTime") }
    guard let end else { throw .invalidRequest("endTime is required", field: "endTime") }
    guard start <= end else {
      throw .invalidRequest("startTime should not be after endTime", field: "startTime")
    }
    return (start, end)
  }
}
