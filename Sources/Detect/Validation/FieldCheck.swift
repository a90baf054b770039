/// What the API asks of the fields that several operations share (evidence.md 4.2, 5.1, 5.3, 7.1).
///
/// Every check throws `invalidRequest` with the field's path in the API's names, for example
/// `tags[2].key`. Lengths are counted in Unicode scalars, so that a text cannot hide thousands of
/// combining marks behind one character.
enum FieldCheck {
  /// A name of a profile, behavior, thing, group, dimension or type.
  static func name(_ text: String, field: String) throws(DetectError) {
    guard !text.isEmpty else { throw .invalidRequest("\(field) is required", field: field) }
    guard isName(text) else {
      throw .invalidRequest(
        "\(field) should be 1 to \(Limits.nameCharacters) characters of [a-zA-Z0-9:_-]",
        field: field)
    }
  }

  /// The same for a field that may be absent.
  static func name(_ text: String?, field: String) throws(DetectError) {
    if let text { try name(text, field: field) }
  }

  /// Whether a text is a name: 1 to 128 characters of [a-zA-Z0-9:_-].
  static func isName(_ text: String) -> Bool {
    (1...Limits.nameCharacters).contains(text.utf8.count)
      && text.utf8.allSatisfy { isAlphanumeric($0) || ":_-".utf8.contains($0) }
  }

  /// A description: no control characters and no white space but the space.
  static func description(
    _ text: String?, maximum: Int = Limits.descriptionCharacters, field: String
  ) throws(DetectError) {
    guard let text else { return }
    guard text.unicodeScalars.count <= maximum else {
      throw .invalidRequest("\(field) should be at most \(maximum) characters", field: field)
    }
    guard text.unicodeScalars.allSatisfy({ $0 == " " || isGraphic($0) }) else {
      throw .invalidRequest(
        "\(field) should have no control characters and no white space but the space",
        field: field)
    }
  }

  /// A required text whose length is in a range.
  static func length(
    of text: String, in range: ClosedRange<Int>, field: String
  ) throws(DetectError) {
    guard range.contains(text.unicodeScalars.count) else {
      throw .invalidRequest(
        "\(field) should be \(range.lowerBound) to \(range.upperBound) characters", field: field)
    }
  }

  /// The tags of one request: no key twice, and no more than a resource can hold.
  static func tags(_ tags: [Tag], field: String = "tags") throws(DetectError) {
    guard tags.count <= Limits.tagsPerResource else {
      throw .invalidRequest(
        "\(field) should be at most \(Limits.tagsPerResource), not \(tags.count)", field: field)
    }
    var keys: Set<String> = []
    for (index, tag) in tags.enumerated() {
      let path = "\(field)[\(index)]"
      try tagKey(tag.key, field: "\(path).key")
      try length(of: tag.value, in: 0...Limits.tagValueCharacters, field: "\(path).value")
      guard keys.insert(tag.key).inserted else {
        throw .invalidRequest("\(path).key occurs twice", field: "\(path).key")
      }
    }
  }

  /// The mark by which a caller knows a request again.
  static func clientRequestToken(_ token: String, field: String) throws(DetectError) {
    guard !token.isEmpty else { throw .invalidRequest("\(field) is required", field: field) }
    guard token.utf8.count <= Limits.clientRequestTokenCharacters,
      token.utf8.allSatisfy({ isAlphanumeric($0) || "_-".utf8.contains($0) })
    else {
      throw .invalidRequest(
        "\(field) should be 1 to \(Limits.clientRequestTokenCharacters) characters of "
          + "[a-zA-Z0-9_-]", field: field)
    }
  }

  /// The filters of a dimension.
  static func topicFilters(_ filters: [String], field: String) throws(DetectError) {
    guard Limits.topicFiltersPerDimension.contains(filters.count) else {
      let range = Limits.topicFiltersPerDimension
      throw .invalidRequest(
        "\(field) should be \(range.lowerBound) to \(range.upperBound) topic filters, not "
          + "\(filters.count)", field: field)
    }
    for (index, text) in filters.enumerated() {
      let path = "\(field)[\(index)]"
      do throws(TopicFilter.Fault) {
        _ = try TopicFilter(text)
      } catch {
        throw .invalidRequest("\(path) \(quoted(text)) \(error.text)", field: path)
      }
    }
  }

  /// The key of a tag. Those that start with `aws:`, in letters of any case, are AWS's own.
  static func tagKey(_ key: String, field: String) throws(DetectError) {
    try length(of: key, in: Limits.tagKeyCharacters, field: field)
    guard key.unicodeScalars.allSatisfy(isTagKeyScalar) else {
      throw .invalidRequest(
        "\(field) should have letters, numbers, spaces and _.:/=+-@ only", field: field)
    }
    guard !key.prefix(4).lowercased().hasPrefix("aws:") else {
      throw .invalidRequest("\(field) should not start with aws:", field: field)
    }
  }

  /// The name of an attribute.
  static func attributeName(_ name: String, field: String) throws(DetectError) {
    guard (1...Limits.attributeNameCharacters).contains(name.utf8.count),
      name.utf8.allSatisfy({ isAlphanumeric($0) || "_.,@/:#-".utf8.contains($0) })
    else {
      throw .invalidRequest(
        "names in \(field) should be 1 to \(Limits.attributeNameCharacters) characters of "
          + "[a-zA-Z0-9_.,@/:#-]", field: field)
    }
  }

  /// The value of an attribute; it may be empty.
  static func attributeValue(_ value: String, field: String) throws(DetectError) {
    guard value.utf8.count <= Limits.attributeValueCharacters,
      value.utf8.allSatisfy({ isAlphanumeric($0) || "_.,@/:#=[]-".utf8.contains($0) })
    else {
      throw .invalidRequest(
        "\(field) should be at most \(Limits.attributeValueCharacters) characters of "
          + "[a-zA-Z0-9_.,@/:#=[]-]", field: field)
    }
  }

  /// Whether a byte is one of [a-zA-Z0-9].
  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// The API model's `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
  private static func isTagKeyScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .spaceSeparator, .lineSeparator, .paragraphSeparator, .decimalNumber, .letterNumber,
      .otherNumber:
      true
    default: "_.:/=+-@".unicodeScalars.contains(scalar)
    }
  }

  /// Java's and Unicode's `\p{Graph}`: assigned, visible in principle, no white space.
  private static func isGraphic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .surrogate, .unassigned: false
    default: !scalar.properties.isWhitespace
    }
  }
}
