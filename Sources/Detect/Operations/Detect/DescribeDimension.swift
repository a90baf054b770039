/// Reads a dimension.
package struct DescribeDimension: Operation, Hashable {
  package static let name = "DescribeDimension"

  package var dimensionName: String

  package init(dimensionName: String) {
    self.dimensionName = dimensionName
  }

  /// The dimension, with what the service adds.
  package struct Response: Hashable, Sendable {
    package var dimension: Dimension
    package var arn: String

    init(_ dimension: Dimension, account: Account) {
      self.dimension = dimension
      arn = account.arn(dimension.resource)
    }
  }

  /// Reads the dimension.
  ///
  /// - Throws: `invalidRequest`; `notFound`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Response> {
    let dimension = try catalog.dimension(named: dimensionName)
    return Decision(Response(dimension, account: catalog.account))
  }
}
