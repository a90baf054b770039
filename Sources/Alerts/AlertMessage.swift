import Detect

/// What AWS publishes for a violation event (evidence.md 7.1): members in AWS's order, those without a value left
/// out, and nothing of what people said of the violation.
enum AlertMessage {
  static func json(of event: ViolationEvent) -> JSON {
    var members: [(String, JSON)] = [
      ("violationEventTime", .integer(event.time)),
      ("thingName", .text(event.thing.text)),
      ("behavior", json(of: event.behavior)),
      ("violationEventType", .text(text(of: event.type))),
    ]
    if let value = event.metricValue { members.append(("metricValue", json(of: value))) }
    members += [
      ("violationId", .text(event.violationID)),
      ("securityProfileName", .text(event.securityProfileName)),
    ]
    return .object(members)
  }

  /// The API's text of a type of event.
  static func text(of type: ViolationEventType) -> String {
    switch type {
    case .inAlarm: "in-alarm"
    case .alarmCleared: "alarm-cleared"
    case .alarmInvalidated: "alarm-invalidated"
    }
  }

  static func json(of behavior: Behavior) -> JSON {
    var members: [(String, JSON)] = []
    if let criteria = behavior.criteria { members.append(("criteria", json(of: criteria))) }
    members.append(("name", .text(behavior.name)))
    if let metric = behavior.metric { members.append(("metric", .text(metric))) }
    if let dimension = behavior.metricDimension {
      members.append(("metricDimension", json(of: dimension)))
    }
    if let suppressAlerts = behavior.suppressAlerts {
      members.append(("suppressAlerts", .bool(suppressAlerts)))
    }
    return .object(members)
  }

  private static func json(of criteria: BehaviorCriteria) -> JSON {
    var members: [(String, JSON)] = []
    if let number = criteria.consecutiveDatapointsToClear {
      members.append(("consecutiveDatapointsToClear", .integer(number)))
    }
    if let value = criteria.value { members.append(("value", json(of: value))) }
    if let duration = criteria.durationSeconds {
      members.append(("durationSeconds", .integer(duration)))
    }
    if let comparison = criteria.comparisonOperator {
      members.append(("comparisonOperator", .text(comparison)))
    }
    if let number = criteria.consecutiveDatapointsToAlarm {
      members.append(("consecutiveDatapointsToAlarm", .integer(number)))
    }
    if let statistic = criteria.statistic {
      members.append(("statisticalThreshold", .object([("statistic", .text(statistic))])))
    }
    return .object(members)
  }

  private static func json(of dimension: MetricDimension) -> JSON {
    var members: [(String, JSON)] = [("dimensionName", .text(dimension.dimensionName))]
    if let comparison = dimension.dimensionValueOperator {
      members.append(("operator", .text(comparison)))
    }
    return .object(members)
  }

  private static func json(of value: MetricValue) -> JSON {
    switch value {
    case .count(let count): .object([("count", .integer(count))])
    case .cidrs(let texts): .object([("cidrs", .array(texts.map(JSON.text)))])
    case .ports(let ports): .object([("ports", .array(ports.map(JSON.integer)))])
    case .number(let number): .object([("number", .number(number))])
    case .numbers(let numbers): .object([("numbers", .array(numbers.map(JSON.number)))])
    case .strings(let texts): .object([("strings", .array(texts.map(JSON.text)))])
    }
  }
}
