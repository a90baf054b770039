/// Attributes to write on a thing or a group.
package struct AttributePayload: Hashable, Sendable {
  /// Names and values; an empty value removes the attribute.
  package var attributes: [String: String]
  /// Whether attributes that are not named stay. A create has nothing to merge with.
  package var merge: Bool

  package init(attributes: [String: String] = [:], merge: Bool = false) {
    self.attributes = attributes
    self.merge = merge
  }

  /// What becomes of attributes when the payload is written on them.
  ///
  /// - Parameters:
  ///   - existing: the attributes before.
  ///   - maximum: how many there may be afterwards.
  ///   - field: the path of the attributes in the request.
  /// - Returns: the attributes afterwards.
  /// - Throws: `invalidRequest` for a malformed name or value, or too many attributes.
  func applied(
    to existing: [String: String], maximum: Int, field: String
  ) throws(DetectError) -> [String: String] {
    var result = merge ? existing : [:]
    for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
      try FieldCheck.attributeName(name, field: field)
      try FieldCheck.attributeValue(value, field: "\(field).\(name)")
      result[name] = value.isEmpty ? nil : value
    }
    guard result.count <= maximum else {
      throw .invalidRequest(
        "\(field) should be at most \(maximum), not \(result.count)", field: field)
    }
    return result
  }
}

extension Thing {
  /// How many attributes a thing may have: a type allows more of them (evidence.md 5.3).
  static func attributesAllowed(typeName: String?) -> Int {
    typeName == nil ? Limits.attributesWithoutType : Limits.attributesWithType
  }
}
