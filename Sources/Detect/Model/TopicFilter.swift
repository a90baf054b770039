/// One MQTT topic filter, in which `${iot:ClientId}` stands for the name of a thing.
///
///     fleet/${iot:ClientId}/+/state/#
///     ╰─────┬─────────────┬┬┬──────┬─
///         text       client │ text  below
///                        text level
///
/// Levels are set apart by `/`; `+` takes the place of one whole level, `#` at the end of all levels from
/// there on, none included: `a/#` matches `a`. A wildcard at the beginning matches no topic that begins
/// with `$` (MQTT 3.1.1, 4.7). Each part takes a stretch of the topic whose end does not depend on what
/// follows, so matching is one pass without a way back.
package struct TopicFilter: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    /// These bytes of UTF-8.
    case text([UInt8])
    /// The bytes of the client's identifier; a wildcard among them is no wildcard.
    case clientID
    /// `+`: what is left of the level.
    case level
    /// `#`, with the `/` before it: nothing, or `/` and everything behind it.
    case below
    /// `#` alone: everything.
    case everything
  }

  /// What makes a text no topic filter.
  package struct Fault: Error, Hashable {
    /// To be read after the name of the field.
    package var text: String
  }

  /// The only variable there is.
  private static let variable = "${iot:ClientId}"

  private let parts: [Part]

  /// Parses a filter.
  package init(_ text: String) throws(Fault) {
    guard Limits.topicFilterCharacters.contains(text.unicodeScalars.count) else {
      let range = Limits.topicFilterCharacters
      throw Fault(text: "should be \(range.lowerBound) to \(range.upperBound) characters")
    }
    guard !text.unicodeScalars.contains(where: \.isControl) else {
      throw Fault(text: "should have no control characters")
    }
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    var parts: [Part] = []
    var open: [UInt8] = []
    func close() {
      if !open.isEmpty { parts.append(.text(open)) }
      open = []
    }
    for (index, level) in levels.enumerated() {
      if level == "#" {
        guard index == levels.count - 1 else { throw Fault(text: "should have # at its end only") }
        close()
        parts.append(index == 0 ? .everything : .below)
        continue
      }
      if index > 0 { open.append(UInt8(ascii: "/")) }
      if level == "+" {
        close()
        parts.append(.level)
        continue
      }
      guard !level.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") })
      else { throw Fault(text: "should have + and # as whole levels only") }
      for (piece, isVariable) in try Self.pieces(of: level) {
        if isVariable {
          close()
          parts.append(.clientID)
        } else {
          open += piece.utf8
        }
      }
    }
    close()
    self.parts = parts
  }

  /// A level, cut before and after each variable.
  private static func pieces(
    of level: Substring
  ) throws(Fault) -> [(text: Substring, isVariable: Bool)] {
    var pieces: [(Substring, Bool)] = []
    var rest = level
    var literal = rest.startIndex
    while rest.startIndex < rest.endIndex {
      guard rest.hasPrefix("${") else {
        rest = rest.dropFirst()
        continue
      }
      guard rest.hasPrefix(variable) else {
        throw Fault(text: "should have no variable but \(variable)")
      }
      pieces.append((level[literal..<rest.startIndex], false))
      pieces.append((rest.prefix(variable.count), true))
      rest = rest.dropFirst(variable.count)
      literal = rest.startIndex
    }
    pieces.append((level[literal...], false))
    return pieces
  }

  /// Whether the topic is one of those that the filter names.
  ///
  /// - Parameter clientID: what `${iot:ClientId}` stands for.
  package func matches(topic: String, clientID: String) -> Bool {
    let (topic, clientID) = (topic.utf8.span, clientID.utf8.span)
    let slash = UInt8(ascii: "/")
    let isReserved = !topic.isEmpty && topic[0] == UInt8(ascii: "$")
    if isReserved, parts.first == .level || parts.first == .everything { return false }
    var place = 0
    for part in parts {
      switch part {
      case .text(let bytes):
        guard topic.contains(bytes.span, at: place) else { return false }
        place += bytes.count
      case .clientID:
        guard topic.contains(clientID, at: place) else { return false }
        place += clientID.count
      case .level:
        while place < topic.count, topic[place] != slash { place += 1 }
      case .below: return place == topic.count || topic[place] == slash
      case .everything: return true
      }
    }
    return place == topic.count
  }
}

extension Span<UInt8> {
  /// Whether the bytes stand here from this place on.
  fileprivate func contains(_ bytes: Span<UInt8>, at place: Int) -> Bool {
    guard bytes.count <= count - place else { return false }
    for offset in bytes.indices where self[place + offset] != bytes[offset] { return false }
    return true
  }
}
