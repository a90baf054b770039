/// Lists the security profiles in the order of their names.
package struct ListSecurityProfiles: Operation, Hashable {
  package static let name = "ListSecurityProfiles"

  package var nextToken: String?
  package var maxResults: Int64?
  /// Only profiles that use this dimension. Not together with `metricName`.
  package var dimensionName: String?
  /// Only profiles that use this custom metric. Not together with `dimensionName`.
  package var metricName: String?

  package init(
    nextToken: String? = nil, maxResults: Int64? = nil, dimensionName: String? = nil,
    metricName: String? = nil
  ) {
    self.nextToken = nextToken
    self.maxResults = maxResults
    self.dimensionName = dimensionName
    self.metricName = metricName
  }

  /// Lists the profiles.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such custom metric, and for every dimension,
  ///   since the service has none.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<SecurityProfileIdentifier>> {
    try FieldCheck.name(dimensionName, field: "dimensionName")
    try FieldCheck.name(metricName, field: "metricName")
    guard dimensionName == nil || metricName == nil else {
      throw .invalidRequest(
        "metricName should not be given together with dimensionName", field: "metricName")
    }
    let paging = try Paging(
      Self.name, filters: [dimensionName, metricName], nextToken: nextToken,
      maxResults: maxResults)
    if let dimensionName { throw .notFound("dimension \(dimensionName) does not exist") }
    if let metricName { _ = try catalog.customMetric(named: metricName) }
    return Decision(
      paging.page(of: catalog.profileNames) { name in
        if let metricName, catalog.profiles[name]?.uses(metric: metricName) != true { return nil }
        return SecurityProfileIdentifier(name, account: catalog.account)
      })
  }
}
