/// Lists the things that satisfy every filter that is given, in the order of their names.
///
/// A page may be short, even empty, and yet carry a token: a call looks at a bounded number of things.
package struct ListThings: Operation, Hashable {
  package static let name = "ListThings"

  package var nextToken: String?
  package var maxResults: Int64?
  /// Only things with this attribute.
  package var attributeName: String?
  /// Only things whose attribute has this value. Only together with `attributeName`.
  package var attributeValue: String?
  /// Only things of this type.
  package var thingTypeName: String?
  /// Whether `attributeValue` is the beginning of the value.
  package var usePrefixAttributeValue: Bool

  package init(
    nextToken: String? = nil, maxResults: Int64? = nil, attributeName: String? = nil,
    attributeValue: String? = nil, thingTypeName: String? = nil,
    usePrefixAttributeValue: Bool = false
  ) {
    self.nextToken = nextToken
    self.maxResults = maxResults
    self.attributeName = attributeName
    self.attributeValue = attributeValue
    self.thingTypeName = thingTypeName
    self.usePrefixAttributeValue = usePrefixAttributeValue
  }

  /// Lists the things.
  ///
  /// - Throws: `invalidRequest`.
  package func decide(
    _ catalog: Catalog, at moment: Moment
  ) throws(DetectError) -> Decision<Page<ThingAttribute>> {
    if let attributeName { try FieldCheck.attributeName(attributeName, field: "attributeName") }
    if let attributeValue {
      guard attributeName != nil else {
        throw .invalidRequest("attributeValue needs attributeName", field: "attributeValue")
      }
      try FieldCheck.attributeValue(attributeValue, field: "attributeValue")
    }
    try FieldCheck.name(thingTypeName, field: "thingTypeName")
    let paging = try Paging(
      Self.name,
      filters: [
        attributeName, attributeValue, thingTypeName, usePrefixAttributeValue ? "prefix" : nil,
      ],
      nextToken: nextToken, maxResults: maxResults)
    let page = paging.page(of: catalog.thingNames) { name -> ThingAttribute? in
      guard let thing = catalog.things[name], includes(thing) else { return nil }
      return ThingAttribute(thing, account: catalog.account)
    }
    return Decision(page)
  }

  private func includes(_ thing: Thing) -> Bool {
    if let thingTypeName, thing.typeName != thingTypeName { return false }
    guard let attributeName else { return true }
    guard let value = thing.attributes[attributeName] else { return false }
    guard let attributeValue else { return true }
    return usePrefixAttributeValue ? value.hasPrefix(attributeValue) : value == attributeValue
  }
}

/// A thing, as listed.
package struct ThingAttribute: Hashable, Sendable {
  package var thingName: String
  package var thingTypeName: String?
  package var thingARN: String
  package var attributes: [String: String]
  package var version: Int64

  package init(_ thing: Thing, account: Account) {
    thingName = thing.name.text
    thingTypeName = thing.typeName
    thingARN = account.arn(ofThing: thing.name)
    attributes = thing.attributes
    version = thing.version
  }
}
