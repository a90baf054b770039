/// Lists the groups that a thing is a direct member of, in the order of their names.
package struct ListThingGroupsForThing: Operation, Hashable {
  package static let name = "ListThingGroupsForThing"

  package var thingName: String
  package var nextToken: String?
  package var maxResults: Int64?

  package init(thingName: String, nextToken: String? = nil, maxResults: Int64? = nil) {
    self.thingName = thingName
    self.nextToken = nextToken
    self.maxResults = maxResults
  }

  /// Lists the groups.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such thing.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<GroupNameAndARN>> {
    let thing = try catalog.thing(named: thingName)
    let paging = try Paging(
      Self.name, filters: [thingName], nextToken: nextToken, maxResults: maxResults)
    let page = paging.page(of: catalog.groups(ofThing: thing.name)) { name -> GroupNameAndARN? in
      catalog.account.nameAndARN(ofGroup: name)
    }
    return Decision(page)
  }
}
