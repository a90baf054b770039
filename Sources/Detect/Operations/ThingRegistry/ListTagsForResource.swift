/// Lists the tags of a profile or a group, in the order of their keys.
package struct ListTagsForResource: Operation, Hashable {
  package static let name = "ListTagsForResource"

  package var resourceARN: String
  package var nextToken: String?

  package init(resourceARN: String, nextToken: String? = nil) {
    self.resourceARN = resourceARN
    self.nextToken = nextToken
  }

  /// Lists the tags.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such resource.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<Tag>> {
    let resource = try catalog.taggedResource(ofARN: resourceARN)
    let paging = try Paging(
      Self.name, filters: [resourceARN], nextToken: nextToken, maxResults: nil)
    let tags = catalog.tags[resource] ?? []
    let rest = tags.drop { tag in paging.position.map { tag.key <= $0 } ?? false }
    return Decision(paging.page(of: rest, position: \.key))
  }
}
