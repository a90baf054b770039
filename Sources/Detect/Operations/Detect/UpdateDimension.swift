/// Replaces the filters of a dimension.
///
/// Filters that say something else make something else of every behavior that uses the dimension: it begins
/// anew, as if its profile had been updated (evaluation.md 7), though the profile's version stays.
package struct UpdateDimension: Operation, Hashable {
  package static let name = "UpdateDimension"

  package var dimensionName: String
  /// The new filters; at least one.
  package var stringValues: [String]

  package init(dimensionName: String, stringValues: [String]) {
    self.dimensionName = dimensionName
    self.stringValues = stringValues
  }

  /// Changes the dimension and describes it.
  ///
  /// - Throws: `invalidRequest`; `notFound`; `limitExceeded` once all numbers are given away.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<DescribeDimension.Response> {
    try FieldCheck.name(dimensionName, field: "name")
    try FieldCheck.topicFilters(stringValues, field: "stringValues")
    var dimension = try catalog.dimension(named: dimensionName)
    let meansTheSame = Set(dimension.stringValues) == Set(stringValues)
    dimension.stringValues = stringValues
    dimension.lastModifiedDate = moment.now
    var changes: [Change] = []
    if meansTheSame {
      changes = [.putDimension(dimension)]
    } else {
      dimension.number = try catalog.freshDimensionNumber()
      changes = [.putDimension(dimension), .giveDimensionNumber(dimension.number)]
      for name in catalog.profiles(usingDimension: dimensionName) {
        guard var profile = catalog.profiles[name] else { continue }
        profile.renewBehaviors(withDimension: dimensionName)
        changes.append(.putProfile(profile))
      }
    }
    return Decision(
      DescribeDimension.Response(dimension, account: catalog.account), changes: changes)
  }
}

extension SecurityProfile {
  /// Gives every behavior with the dimension a new number, and so a new state.
  fileprivate mutating func renewBehaviors(withDimension name: String) {
    for index in behaviors.indices where behaviors[index].metricDimension?.dimensionName == name {
      behaviorNumbers[index] = nextBehaviorNumber
      nextBehaviorNumber += 1
    }
  }
}
