extension Behavior {
  /// The behavior as violations carry it: what was sent, with the numbers of consecutive datapoints filled
  /// in where they were not (evidence.md U19).
  package var resolved: Behavior {
    var resolved = self
    resolved.criteria?.consecutiveDatapointsToAlarm =
      criteria?.consecutiveDatapointsToAlarm ?? 1
    resolved.criteria?.consecutiveDatapointsToClear =
      criteria?.consecutiveDatapointsToClear ?? 1
    return resolved
  }

  /// Whether its violations are recorded without alerts; they are not where the user said nothing.
  var suppressesAlerts: Bool { suppressAlerts ?? false }

  /// How the behavior judges; a behavior without criteria counts as static.
  package var criteriaType: BehaviorCriteriaType {
    if criteria?.mlConfidenceLevel != nil { return .machineLearning }
    return criteria?.statistic == nil ? .staticThreshold : .statistical
  }

  /// The elements of the behavior's value; none where it has no value.
  var valueElementCount: Int { criteria?.value?.elementCount ?? 0 }
}

extension MetricDimension {
  /// What is wrong with the reference by itself: the member at fault, and the text.
  func faults(of definitions: MetricDefinitions) -> [(field: String, text: String)] {
    var faults: [(field: String, text: String)] = []
    if dimensionName.isEmpty {
      faults.append(("dimensionName", "is required"))
    } else if !FieldCheck.isName(dimensionName) {
      faults.append(
        ("dimensionName", "should be 1 to \(Limits.nameCharacters) characters of [a-zA-Z0-9:_-]"))
    } else if definitions.filters(ofDimension: dimensionName) == nil {
      faults.append(("dimensionName", "\(dimensionName) does not exist"))
    }
    if let text = dimensionValueOperator, DimensionOperator(text: text) == nil {
      faults.append(("operator", "\(quoted(text)) should be one of [IN, NOT_IN]"))
    }
    return faults
  }
}
