/// Creates a dimension.
///
/// A repetition with the same token succeeds, and changes nothing, as long as the dimension still is what is
/// asked for, its tags included.
package struct CreateDimension: Operation, Hashable {
  package static let name = "CreateDimension"

  package var dimensionName: String
  /// Required: the text of a `DimensionType`.
  package var type: String?
  /// Topic filters; at least one.
  package var stringValues: [String]
  package var tags: [Tag]
  /// Required, another one for each dimension.
  package var clientRequestToken: String

  package init(
    dimensionName: String, type: String?, stringValues: [String], tags: [Tag] = [],
    clientRequestToken: String
  ) {
    self.dimensionName = dimensionName
    self.type = type
    self.stringValues = stringValues
    self.tags = tags
    self.clientRequestToken = clientRequestToken
  }

  /// The dimension that exists now.
  package struct Response: Hashable, Sendable {
    package var name: String
    package var arn: String
  }

  /// Creates the dimension, or finds it created.
  ///
  /// - Throws: `invalidRequest`; `alreadyExists` where the name is taken by a dimension with other content
  ///   or of another token; `limitExceeded` past the number of dimensions there may be.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    let type = try checkedType()
    var dimension = Dimension(
      name: dimensionName, type: type, stringValues: stringValues, number: 0,
      clientRequestToken: clientRequestToken, creationDate: moment.now,
      lastModifiedDate: moment.now)
    let tags = tags.sorted { $0.key < $1.key }
    let response = Response(name: dimensionName, arn: catalog.account.arn(dimension.resource))
    if let existing = catalog.dimensions[dimensionName] {
      guard existing.hasContent(of: dimension), tags == catalog.tags[dimension.resource] ?? []
      else {
        throw .alreadyExists(
          "dimension \(dimensionName) already exists with different content or another token",
          resourceID: dimensionName, resourceARN: response.arn)
      }
      return Decision(response)
    }
    guard catalog.dimensions.count < Limits.dimensions else {
      throw .limitExceeded("there are \(Limits.dimensions) dimensions already")
    }
    dimension.number = try catalog.freshDimensionNumber()
    let tagging: [Change] = tags.isEmpty ? [] : [.putTags(resource: dimension.resource, tags)]
    return Decision(
      response,
      changes: [.putDimension(dimension), .giveDimensionNumber(dimension.number)] + tagging)
  }

  /// Checks the fields, and parses the type.
  private func checkedType() throws(DetectError) -> DimensionType {
    try FieldCheck.name(dimensionName, field: "name")
    guard let type else { throw .invalidRequest("type is required", field: "type") }
    guard let parsed = DimensionType(rawValue: type) else {
      let names = DimensionType.allCases.map(\.rawValue).joined(separator: ", ")
      throw .invalidRequest("type \(quoted(type)) should be one of [\(names)]", field: "type")
    }
    try FieldCheck.topicFilters(stringValues, field: "stringValues")
    try FieldCheck.tags(tags)
    try FieldCheck.clientRequestToken(clientRequestToken, field: "clientRequestToken")
    return parsed
  }
}

extension Dimension {
  /// Whether what the request wrote is the same in both; numbers and times may differ.
  fileprivate func hasContent(of other: Dimension) -> Bool {
    type == other.type && stringValues == other.stringValues
      && clientRequestToken == other.clientRequestToken
  }
}

extension Catalog {
  /// A number for filters that say something new.
  ///
  /// - Throws: `limitExceeded` once all are given away.
  func freshDimensionNumber() throws(DetectError) -> UInt32 {
    guard let number = unusedDimensionNumber else {
      throw .limitExceeded(
        "dimensions have been created and changed \(Limits.dimensionNumbers.count) times")
    }
    return number
  }
}
