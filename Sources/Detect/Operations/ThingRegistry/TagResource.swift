/// Writes tags on a profile, a group, a custom metric or a dimension; a key that is there already gets the new value.
package struct TagResource: Operation, Hashable {
  package static let name = "TagResource"

  package var resourceARN: String
  /// At least one, no key twice.
  package var tags: [Tag]

  package init(resourceARN: String, tags: [Tag]) {
    self.resourceARN = resourceARN
    self.tags = tags
  }

  /// Writes the tags.
  ///
  /// - Throws: `invalidRequest`; `notFound` where there is no such resource; `limitExceeded` where it
  ///   would have more than 50 tags.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Empty> {
    guard !tags.isEmpty else { throw .invalidRequest("tags is required", field: "tags") }
    try FieldCheck.tags(tags)
    let resource = try catalog.taggedResource(ofARN: resourceARN)
    let before = catalog.tags[resource] ?? []
    let written = Set(tags.map(\.key))
    let after = (before.filter { !written.contains($0.key) } + tags).sorted { $0.key < $1.key }
    guard after.count <= Limits.tagsPerResource else {
      throw .limitExceeded(
        "\(resource) would have \(after.count) tags of \(Limits.tagsPerResource)")
    }
    return Decision(
      Empty(), changes: after == before ? [] : [.putTags(resource: resource, after)])
  }
}
