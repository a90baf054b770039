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
  /// - Throws: `invalidRequest`; `notFound` where there is no such custom metric or dimension.
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
    if let dimensionName {
      _ = try catalog.dimension(named: dimensionName, field: "dimensionName")
    }
    if let metricName { _ = try catalog.customMetric(named: metricName) }
    return Decision(
      paging.page(of: catalog.profileNames) { name in
        guard let profile = catalog.profiles[name] else { return nil }
        if let metricName, !profile.uses(metric: metricName) { return nil }
        if let dimensionName, !profile.uses(dimension: dimensionName) { return nil }
        return SecurityProfileIdentifier(name, account: catalog.account)
      })
  }
}
