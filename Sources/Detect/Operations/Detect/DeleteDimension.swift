/// Deletes a dimension that no profile uses. A dimension that is not there is deleted already.
package struct DeleteDimension: Operation, Hashable {
  package static let name = "DeleteDimension"

  package var dimensionName: String

  package init(dimensionName: String) {
    self.dimensionName = dimensionName
  }

  /// Deletes the dimension and its tags.
  ///
  /// - Throws: `invalidRequest`, also where a behavior or a retained metric has the dimension.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    try FieldCheck.name(dimensionName, field: "name")
    guard let dimension = catalog.dimensions[dimensionName] else { return Decision(Empty()) }
    if let profile = catalog.profiles(usingDimension: dimension.name).first {
      throw .invalidRequest(
        "dimension \(dimension.name) is used by security profile \(profile)", field: "name")
    }
    var changes: [Change] = []
    if catalog.tags[dimension.resource] != nil {
      changes.append(.putTags(resource: dimension.resource, []))
    }
    changes.append(.removeDimension(dimension.name))
    return Decision(Empty(), changes: changes)
  }
}
