/// Lists the names of the dimensions, in order.
package struct ListDimensions: Operation, Hashable {
  package static let name = "ListDimensions"

  package var nextToken: String?
  package var maxResults: Int64?

  package init(nextToken: String? = nil, maxResults: Int64? = nil) {
    self.nextToken = nextToken
    self.maxResults = maxResults
  }

  /// Lists the names.
  ///
  /// - Throws: `invalidRequest`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<String>> {
    let paging = try Paging(Self.name, nextToken: nextToken, maxResults: maxResults)
    return Decision(paging.page(of: catalog.dimensionNames) { $0 })
  }
}
