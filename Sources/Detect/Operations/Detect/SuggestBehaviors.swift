/// Asks for behaviors that would have raised few alarms on what was measured in a period.
package struct SuggestBehaviors: Hashable, Sendable {
  package static let name = "SuggestBehaviors"

  /// Whose values to look at: this target's things, or the one thing below.
  package var targetARN: String?
  package var thingName: String?
  /// Names of metrics; none for every one that has values.
  package var metrics: [String]
  /// Values with startTime ≤ time < endTime, in milliseconds since the epoch. Both are required.
  package var startTime: Int64?
  package var endTime: Int64?
  /// Alarms that each behavior may have raised in the whole period.
  package var maximumAlarms: Int64

  package init(
    targetARN: String? = nil, thingName: String? = nil, metrics: [String] = [],
    startTime: Int64?, endTime: Int64?, maximumAlarms: Int64 = 0
  ) {
    self.targetARN = targetARN
    self.thingName = thingName
    self.metrics = metrics
    self.startTime = startTime
    self.endTime = endTime
    self.maximumAlarms = maximumAlarms
  }
}

/// A checked request for suggestions.
struct SuggestionQuery: Sendable {
  enum Subject: Sendable {
    case target(Target)
    case thing(ThingName)
  }

  let subject: Subject
  /// By rising number.
  let metrics: [MetricDescription]
  let definitions: MetricDefinitions
  /// Values with start ≤ time < end.
  let start: Int64
  let end: Int64
  let maximumAlarms: Int

  /// - Throws: `invalidRequest` naming the field; `notFound` for a group or a metric that is not there.
  init(_ request: SuggestBehaviors, in catalog: Catalog) throws(DetectError) {
    switch (request.targetARN, request.thingName) {
    case (let arn?, nil): subject = .target(try catalog.target(ofARN: arn))
    case (nil, let name?):
      try FieldCheck.reportingThingName(name, field: "thingName")
      subject = .thing(ThingName(name))
    case (nil, nil), (.some, .some):
      throw .invalidRequest(
        "exactly one of securityProfileTargetArn and thingName is required",
        field: "securityProfileTargetArn")
    }
    definitions = catalog.metrics
    let all = Metric.catalogue + catalog.customMetrics.values.map(\.description)
    for (index, name) in request.metrics.enumerated() where catalog.metrics.named(name) == nil {
      throw .invalidRequest(
        "metric \(quoted(name)) does not exist", field: "metricNames[\(index)]")
    }
    metrics = all.filter { request.metrics.isEmpty || request.metrics.contains($0.name) }
      .sorted { $0.metric.number < $1.metric.number }
    (start, end) = try FieldCheck.timeRange(request.startTime, request.endTime)
    let (range, isTooLong) = end.subtractingReportingOverflow(start)
    guard !isTooLong, range <= Limits.metricValueRange else {
      throw .invalidRequest(
        "startTime and endTime should be at most \(Limits.metricValueRange / 86_400_000) days apart",
        field: "startTime")
    }
    guard Limits.suggestedAlarms.contains(request.maximumAlarms) else {
      throw .invalidRequest(
        "maximumAlarms should be 0 to \(Limits.suggestedAlarms.upperBound)", field: "maximumAlarms")
    }
    maximumAlarms = Int(request.maximumAlarms)
  }

  /// Whether a time is in the period.
  func contains(_ time: Int64) -> Bool { start <= time && time < end }

  /// The parts of the period that are read one after another, so that a part is what is in memory of what
  /// the store keeps together.
  var parts: [Range<Int64>] {
    stride(from: start, to: end, by: Int(Limits.suggestionPart)).map {
      $0..<min($0 + Limits.suggestionPart, end)
    }
  }
}

/// Behaviors that would have raised few alarms.
package struct Suggestions: Hashable, Sendable {
  /// One of them, with what it would have raised.
  package struct Suggestion: Hashable, Sendable {
    package var behavior: Behavior
    /// In-alarm events in the whole period.
    package var alarms: Int
    /// The first events, at most `Limits.suggestedEvents`.
    package var events: [ViolationEvent]
  }

  /// A metric that has values, and why nothing is suggested for it.
  package struct Skipped: Hashable, Sendable {
    package var metric: String
    package var reason: String
  }

  /// By the number of the metric.
  package var suggestions: [Suggestion]
  package var skipped: [Skipped]
  /// Things that the subject covers and that have ever reported.
  package var thingsCovered: Int
  /// Things whose values were looked at.
  package var thingsRead: Int
  package var valuesRead: Int
  /// Of the backtest of all suggestions together.
  package var summary: Backtest.Summary
}
