/// The API's texts for the values of an enum, which the domain uses, in the order of the contract's
/// numbers from 1. Number 0 stands for no text.
struct EnumTexts {
  private let texts: [String]

  /// The operators of criteria.
  static let comparisonOperator = EnumTexts(texts: [
    "less-than", "less-than-equals", "greater-than", "greater-than-equals",
    "in-cidr-set", "not-in-cidr-set", "in-port-set", "not-in-port-set", "in-set", "not-in-set",
  ])
  /// The operators of dimensions.
  static let dimensionValueOperator = EnumTexts(texts: ["IN", "NOT_IN"])
  /// The types of dimensions.
  static let dimensionType = EnumTexts(texts: ["TOPIC_FILTER"])
  /// The types of custom metrics.
  static let customMetricType = EnumTexts(texts: [
    "number", "number-list", "string-list", "ip-address-list",
  ])
  /// The levels of learned models.
  static let confidenceLevel = EnumTexts(texts: ["LOW", "MEDIUM", "HIGH"])

  /// The text of a number. A number that the contract lacks becomes its digits, which validation
  /// then refuses like any other wrong text.
  subscript(number: UInt32) -> String? {
    guard number > 0 else { return nil }
    return number <= texts.count ? texts[Int(number) - 1] : String(number)
  }

  /// The number of a text.
  func number(of text: String?) -> UInt32 {
    guard let text, let index = texts.firstIndex(of: text) else { return 0 }
    return UInt32(index) + 1
  }
}
