/// Lists the members of a group, in the order of their names; those of the groups below it follow,
/// group by group, each group before the groups below it.
///
/// So a page costs as much in a hierarchy of a million things and groups as in a small one, and a page
/// may be short, even empty, and yet carry a token: a call looks at a bounded number of groups.
package struct ListThingsInThingGroup: Operation, Hashable {
  package static let name = "ListThingsInThingGroup"

  package var thingGroupName: String
  /// Whether the members of the groups below are listed, too.
  package var recursive: Bool
  package var nextToken: String?
  package var maxResults: Int64?

  package init(
    thingGroupName: String, recursive: Bool = false, nextToken: String? = nil,
    maxResults: Int64? = nil
  ) {
    self.thingGroupName = thingGroupName
    self.recursive = recursive
    self.nextToken = nextToken
    self.maxResults = maxResults
  }

  /// Lists the names of the things.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such group.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<String>> {
    let group = try catalog.group(named: thingGroupName)
    let paging = try Paging(
      Self.name, filters: [thingGroupName, recursive ? "recursive" : nil], nextToken: nextToken,
      maxResults: maxResults)
    var page = Page<String>(items: [], nextToken: nil)
    var place = paging.position.map(Place.init(text:)) ?? Place(path: [group.name])
    for _ in 0..<Limits.namesVisitedPerPage {
      var isFull = false
      catalog.things(inGroup: place.group).visit(after: place.member) { name in
        isFull = page.items.count == paging.limit
        guard !isFull else { return false }
        page.items.append(name.text)
        place.member = name
        return true
      }
      if isFull { break }
      guard recursive, let next = catalog.path(after: place.path) else { return Decision(page) }
      place = Place(path: next)
    }
    page.nextToken = paging.token(after: place.text)
    return Decision(page)
  }
}

/// How far a listing of a hierarchy has come.
///
/// The path is kept, and not only its last group: the listing goes on even where that group has been
/// deleted in between.
private struct Place {
  /// Names of groups, from the one that is listed down to the one whose members come now.
  var path: [String]
  /// The member after which to go on; nil before the first.
  var member: ThingName?

  init(path: [String]) {
    self.path = path
  }

  /// Reads `text`. No name contains a slash, so the parts are those that were joined.
  init(text: String) {
    path = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let last = path.removeLast()
    member = last.isEmpty ? nil : ThingName(last)
  }

  /// The path's names and the member's, or nothing for none, joined by slashes.
  var text: String { (path + [member?.text ?? ""]).joined(separator: "/") }

  var group: String { path.last ?? "" }
}

extension Catalog {
  /// The path that follows in a walk over a hierarchy: down to the first child, or else to the next
  /// sibling of the nearest group on the path that has one. Nil at the end of the walk, which never
  /// leaves the first group of the path.
  fileprivate func path(after path: [String]) -> [String]? {
    var path = path
    var previous: String?
    while let group = path.last {
      var next: String?
      children(ofGroup: group).visit(after: previous) { child in
        next = child
        return false
      }
      if let next { return path + [next] }
      previous = path.removeLast()
    }
    return nil
  }
}
