/// Lists the security profiles attached to exactly one target or, on request, also to the groups below
/// it, in the order of the profiles' names, then of the targets' ARNs.
package struct ListSecurityProfilesForTarget: Operation, Hashable {
  package static let name = "ListSecurityProfilesForTarget"

  package var securityProfileTargetARN: String
  /// Whether the groups below a group are included; without effect for other targets.
  package var recursive: Bool
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    securityProfileTargetARN: String, recursive: Bool = false, nextToken: String? = nil,
    maxResults: Int64? = nil
  ) {
    self.securityProfileTargetARN = securityProfileTargetARN
    self.recursive = recursive
    self.nextToken = nextToken
    self.maxResults = maxResults
  }

  /// A profile, and a target that it is attached to.
  package struct SecurityProfileTargetMapping: Hashable, Sendable {
    package var securityProfileIdentifier: SecurityProfileIdentifier
    package var targetARN: String

    /// The order of the list: a blank sorts before every character of a name.
    fileprivate var position: String { "\(securityProfileIdentifier.name) \(targetARN)" }
  }

  /// Lists the profiles.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such group.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<SecurityProfileTargetMapping>> {
    let paging = try Paging(
      Self.name, filters: [securityProfileTargetARN, recursive ? "recursive" : nil],
      nextToken: nextToken, maxResults: maxResults)
    let target = try catalog.target(ofARN: securityProfileTargetARN)
    var mappings: [(position: String, mapping: SecurityProfileTargetMapping)] = []
    for target in recursive ? catalog.targets(from: target) : [target] {
      let arn = catalog.account.arn(target.resource)
      for name in catalog.profiles(attachedTo: target).elements {
        let mapping = SecurityProfileTargetMapping(
          securityProfileIdentifier: SecurityProfileIdentifier(name, account: catalog.account),
          targetARN: arn)
        let position = mapping.position
        if let start = paging.position, position <= start { continue }
        mappings.append((position, mapping))
      }
    }
    mappings.sort { $0.position < $1.position }
    return Decision(paging.page(of: mappings.lazy.map(\.mapping), position: \.position))
  }
}

extension Catalog {
  /// The target itself and, for a group, all groups below it.
  fileprivate func targets(from target: Target) -> [Target] {
    guard case .thingGroup(let root) = target else { return [target] }
    var names = [root]
    var next = 0
    while next < names.count {
      names += children(ofGroup: names[next]).elements
      next += 1
    }
    return names.map(Target.thingGroup)
  }
}
