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
  }

  /// Lists the profiles. A page looks at a bounded number of attachments; so it may be short, even empty, and yet
  /// carry a token.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such group.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<SecurityProfileTargetMapping>> {
    let paging = try Paging(
      Self.name, filters: [securityProfileTargetARN, recursive ? "recursive" : nil],
      nextToken: nextToken, maxResults: maxResults)
    let target = try catalog.target(ofARN: securityProfileTargetARN)
    let page = paging.page(
      lookingAt: Limits.namesVisitedPerPage, position: \.text,
      { attachment in
        includes(attachment.target, from: target, in: catalog)
          ? SecurityProfileTargetMapping(
            securityProfileIdentifier: SecurityProfileIdentifier(
              attachment.profile, account: catalog.account),
            targetARN: catalog.account.arn(attachment.target.resource)) : nil
      },
      in: { take in
        let start = paging.position.flatMap(Attachment.init(text:))
        guard recursive, case .thingGroup = target else {
          return catalog.visitAttachments(to: target, after: start, take)
        }
        catalog.visitAttachments(after: start, take)
      })
    return Decision(page)
  }

  private func includes(_ target: Target, from root: Target, in catalog: Catalog) -> Bool {
    guard target != root else { return true }
    guard case .thingGroup(let above) = root, case .thingGroup(let name) = target else {
      return false
    }
    return catalog.ancestors(ofGroup: name).contains(above)
  }
}

/// A profile and one of its targets, as the list comes by them.
private struct Attachment {
  let profile: String
  let target: Target

  /// The parts, apart by a blank: no name of a profile has one.
  var text: String { "\(profile) \(target.resource)" }
}

extension Attachment {
  init?(text: String) {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2, let target = Target(resource: parts[1]) else { return nil }
    self.init(profile: parts[0], target: target)
  }
}

extension Catalog {
  /// The attachments to exactly one target, profiles by name.
  fileprivate func visitAttachments(
    to target: Target, after start: Attachment?, _ take: (Attachment) -> Bool
  ) {
    profiles(attachedTo: target).visit(after: start?.profile) {
      take(Attachment(profile: $0, target: target))
    }
  }

  /// All attachments: profiles by name, and the targets of each by their ARNs.
  fileprivate func visitAttachments(after start: Attachment?, _ take: (Attachment) -> Bool) {
    var goesOn = true
    func visit(_ profile: String, after target: Target?) -> Bool {
      targets(ofProfile: profile).visit(after: target) {
        goesOn = take(Attachment(profile: profile, target: $0))
        return goesOn
      }
      return goesOn
    }
    if let start, !visit(start.profile, after: start.target) { return }
    profileNames.visit(after: start?.profile) { visit($0, after: nil) }
  }
}
