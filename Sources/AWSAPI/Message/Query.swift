internal import FoundationEssentials

/// The members in the query of a request. Those that an operation does not ask for are passed over.
struct Query: Sendable {
  private var values: [String: String] = [:]

  /// Reads what follows the question mark.
  ///
  /// - Throws: InvalidRequestException for a member that is there twice, and for what cannot be decoded.
  init(_ text: Substring) throws(AWSError) {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = try percentDecoded(parts[0])
      let value = parts.count == 2 ? try percentDecoded(parts[1]) : ""
      guard values.updateValue(value, forKey: name) == nil else {
        throw .invalidRequest("\(name) is in the query twice")
      }
    }
  }

  /// A text as it was sent; nil where there is none.
  func text(_ name: String) -> String? { values[name] }

  /// A text that must be there.
  func required(_ name: String) throws(AWSError) -> String {
    guard let text = values[name] else { throw .invalidRequest("\(name) is required") }
    return text
  }

  /// An integer in decimal digits.
  func integer(_ name: String) throws(AWSError) -> Int64? {
    guard let text = values[name] else { return nil }
    guard let number = Int64(text) else { throw .invalidRequest("\(name) should be an integer") }
    return number
  }

  /// `true` or `false`, in letters of any case, as some clients write them in their own language's way.
  func flag(_ name: String) throws(AWSError) -> Bool? {
    switch values[name]?.lowercased() {
    case nil: return nil
    case "true": return true
    case "false": return false
    default: throw .invalidRequest("\(name) should be true or false")
    }
  }

  /// One of the texts of an enumeration.
  func choice<Value>(_ name: String, of texts: EnumTexts<Value>) throws(AWSError) -> Value? {
    guard let text = values[name] else { return nil }
    return try texts.value(of: text, name)
  }

  /// A time in milliseconds since the epoch: written as in ISO 8601, or as seconds since the epoch.
  func time(_ name: String) throws(AWSError) -> Int64? {
    guard let text = values[name] else { return nil }
    guard let milliseconds = Self.milliseconds(seconds: text) ?? Self.milliseconds(date: text)
    else {
      throw .invalidRequest(
        "\(name) should be a time: 2026-01-01T00:00:00Z, or seconds since the epoch")
    }
    return milliseconds
  }

  private static func milliseconds(seconds text: String) -> Int64? {
    guard let seconds = Double(text), abs(seconds) <= latest else { return nil }
    return Int64((seconds * 1000).rounded())
  }

  /// Seconds to the end of the year 9999. They bound what is multiplied.
  private static let latest = 253_402_300_799.0

  /// The format takes no fraction, and clients write none, three or six digits.
  private static func milliseconds(date text: String) -> Int64? {
    var text = text
    var fraction = 0.0
    if let point = text.firstIndex(of: ".") {
      let digits = text[text.index(after: point)...].prefix { $0.isNumber }
      guard let parsed = Double("0.\(digits)") else { return nil }
      fraction = parsed
      text.removeSubrange(point..<digits.endIndex)
    }
    guard let date = try? Date(text, strategy: .iso8601) else { return nil }
    let seconds = date.timeIntervalSince1970
    guard abs(seconds) <= latest else { return nil }
    return Int64(((seconds + fraction) * 1000).rounded())
  }
}
