/// Why the alarm of a violation was raised.
package struct ViolationExplanation: Hashable, Sendable {
  /// 32 lower-case hexadecimal digits.
  package var violationID: String
  package var thing: ThingName
  package var securityProfileName: String
  /// The behavior as it was, with defaults resolved.
  package var behavior: Behavior
  /// Every target through which the profile covered the thing, by its resource.
  package var targets: [Target]
  /// The violating datapoints in a row, oldest first; the last one raised the alarm.
  package var datapoints: [ExplainedDatapoint]

  package init(
    violationID: String, thing: ThingName, securityProfileName: String, behavior: Behavior,
    targets: [Target], datapoints: [ExplainedDatapoint]
  ) {
    self.violationID = violationID
    self.thing = thing
    self.securityProfileName = securityProfileName
    self.behavior = behavior
    self.targets = targets
    self.datapoints = datapoints
  }
}

/// A datapoint that violated, and what it was held against.
package struct ExplainedDatapoint: Hashable, Sendable {
  /// Event time, in milliseconds since the epoch.
  package var time: Int64
  package var grounds: Grounds

  package init(time: Int64, _ grounds: Grounds) {
    self.time = time
    self.grounds = grounds
  }

  /// Why it violated.
  package enum Grounds: Hashable, Sendable {
    /// The value was on the wrong side of the threshold that the behavior names.
    case threshold(MetricValue, value: MetricValue)
    /// The value was on the wrong side of the fleet's percentile.
    case percentile(MetricValue, value: MetricValue, FleetRank)
    /// Some elements of the list were outside of the set, or inside where none may be.
    case elements(ElementsAtFault)
  }
}

/// Where a value stood in the fleet at a close.
package struct FleetRank: Hashable, Sendable {
  /// Things with a datapoint for the behavior.
  package var things: Int
  /// One more than there are smaller values.
  package var rank: Int

  package init(things: Int, rank: Int) {
    self.things = things
    self.rank = rank
  }
}

/// What was at fault in a list. It may have tens of thousands of elements, so only the first are kept: they
/// explain, and the event has them all.
package struct ElementsAtFault: Hashable, Sendable {
  /// The first elements at fault in the order of the report, at most `Limits.explainedElements`.
  package var elements: MetricValue
  /// For each of them the longest network of the behavior that holds it, where none may.
  package var networks: [String]
  /// How many elements were at fault.
  package var count: Int
  /// How many elements the list had.
  package var listCount: Int

  package init(elements: MetricValue, networks: [String] = [], count: Int, listCount: Int) {
    self.elements = elements
    self.networks = networks
    self.count = count
    self.listCount = listCount
  }
}
