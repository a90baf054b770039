/// Lists the groups that satisfy every filter that is given, in the order of their names.
///
/// A page may be short, even empty, and yet carry a token: a call looks at a bounded number of groups.
package struct ListThingGroups: Operation, Hashable {
  package static let name = "ListThingGroups"

  package var nextToken: String?
  package var maxResults: Int64?
  /// Only groups below this one.
  package var parentGroup: String?
  /// Only groups whose name starts with this.
  package var namePrefixFilter: String?
  /// Whether groups below groups are listed, too. Nil means false with `parentGroup` and true without,
  /// as AWS answers both.
  package var recursive: Bool?

  package init(
    nextToken: String? = nil, maxResults: Int64? = nil, parentGroup: String? = nil,
    namePrefixFilter: String? = nil, recursive: Bool? = nil
  ) {
    self.nextToken = nextToken
    self.maxResults = maxResults
    self.parentGroup = parentGroup
    self.namePrefixFilter = namePrefixFilter
    self.recursive = recursive
  }

  /// Lists the groups.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such parent.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<GroupNameAndARN>> {
    try FieldCheck.name(namePrefixFilter, field: "namePrefixFilter")
    if let parentGroup { _ = try catalog.group(named: parentGroup, field: "parentGroup") }
    let recursive = self.recursive ?? (parentGroup == nil)
    let paging = try Paging(
      Self.name, filters: [parentGroup, namePrefixFilter, recursive ? "recursive" : nil],
      nextToken: nextToken, maxResults: maxResults)
    // The direct children of a group are known as such; any other choice is a walk over all names.
    let names: SortedList<String> =
      if let parentGroup, !recursive { catalog.children(ofGroup: parentGroup) } else {
        catalog.groupNames
      }
    let page = paging.page(of: names) { name in
      includes(name, in: catalog, recursive: recursive)
        ? catalog.account.nameAndARN(ofGroup: name) : nil
    }
    return Decision(page)
  }

  private func includes(_ name: String, in catalog: Catalog, recursive: Bool) -> Bool {
    if let namePrefixFilter, !name.hasPrefix(namePrefixFilter) { return false }
    guard recursive else { return catalog.groups[name]?.parent == parentGroup }
    guard let parentGroup else { return true }
    return catalog.ancestors(ofGroup: name).contains(parentGroup)
  }
}
