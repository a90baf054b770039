/// Removes tags from a profile or a group. A key that is not there is no error.
package struct UntagResource: Operation, Hashable {
  package static let name = "UntagResource"

  package var resourceARN: String
  /// At least one.
  package var tagKeys: [String]

  package init(resourceARN: String, tagKeys: [String]) {
    self.resourceARN = resourceARN
    self.tagKeys = tagKeys
  }

  /// Removes the tags.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such resource.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    guard !tagKeys.isEmpty else { throw .invalidRequest("tagKeys is required", field: "tagKeys") }
    for (index, key) in tagKeys.enumerated() {
      try FieldCheck.tagKey(key, field: "tagKeys[\(index)]")
    }
    let resource = try catalog.taggedResource(ofARN: resourceARN)
    let before = catalog.tags[resource] ?? []
    let removed = Set(tagKeys)
    let after = before.filter { !removed.contains($0.key) }
    return Decision(
      Empty(), changes: after == before ? [] : [.putTags(resource: resource, after)])
  }
}
