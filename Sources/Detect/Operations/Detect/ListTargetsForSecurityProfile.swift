/// Lists the targets that a security profile is attached to, in the order of their ARNs.
package struct ListTargetsForSecurityProfile: Operation, Hashable {
  package static let name = "ListTargetsForSecurityProfile"

  package var securityProfileName: String
  package var nextToken: String?
  package var maxResults: Int64?

  package init(securityProfileName: String, nextToken: String? = nil, maxResults: Int64? = nil) {
    self.securityProfileName = securityProfileName
    self.nextToken = nextToken
    self.maxResults = maxResults
  }

  /// A target, as listed.
  package struct SecurityProfileTarget: Hashable, Sendable {
    package var arn: String
  }

  /// Lists the targets.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such profile.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<SecurityProfileTarget>> {
    try FieldCheck.name(securityProfileName, field: "securityProfileName")
    let paging = try Paging(
      Self.name, filters: [securityProfileName], nextToken: nextToken, maxResults: maxResults)
    let profile = try catalog.profile(named: securityProfileName)
    let start = paging.position.flatMap { Target(resource: $0) }
    let page = paging.page(
      lookingAt: paging.limit + 1, position: \.resource,
      { SecurityProfileTarget(arn: catalog.account.arn($0.resource)) },
      in: { catalog.targets(ofProfile: profile.name).visit(after: start, $0) })
    return Decision(page)
  }
}
