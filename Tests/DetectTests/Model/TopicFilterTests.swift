import Testing

@testable import Detect

/// What a topic filter is, and which topics it names (MQTT 3.1.1, 4.7; evidence.md 8.2).
@Suite struct TopicFilterTests {
  @Test(arguments: [
    "a", "/", "//", "a/b", "a//b", "/a/", "+", "#", "+/+", "+/#", "/#", "a/+/b", "a/+/#", "$SYS/#",
    "a b", "ö/☃", "${iot:ClientId}", "a/${iot:ClientId}/b", "x-${iot:ClientId}-y/#", "$", "{}",
    "$a/{b}",
    "${iot:ClientId}${iot:ClientId}",
  ])
  func `a filter may be so`(text: String) throws {
    _ = try TopicFilter(text)
  }

  @Test(
    arguments: [
      ("", "1 to 256"), ("a\u{0}", "control"), ("a\nb", "control"), ("a/#/b", "at its end"),
      ("#/", "at its end"), ("a#", "whole levels"), ("a/b#", "whole levels"),
      ("##", "whole levels"),
      ("a+", "whole levels"), ("+a/b", "whole levels"), ("++", "whole levels"),
      ("a/+#", "whole levels"),
      ("+${iot:ClientId}", "whole levels"), ("${iot:Certificate}", "no variable but"),
      ("${iot:clientid}", "no variable but"), ("a/${", "no variable but"),
      ("${iot:ClientId/a}", "no variable but"),
    ])
  func `a filter may not be so`(text: String, why: String) {
    let fault = #expect(throws: TopicFilter.Fault.self) { _ = try TopicFilter(text) }
    #expect(fault?.text.contains(why) == true, "\(String(describing: fault))")
  }

  @Test func topicFilterCharacters() throws {
    let longest = String(repeating: "ö", count: Limits.topicFilterCharacters.upperBound)
    _ = try TopicFilter(longest)
    #expect(throws: TopicFilter.Fault.self) { _ = try TopicFilter(longest + "a") }
  }

  @Test(
    arguments: [
      ("a/b", ["a/b"], ["a", "a/b/", "/a/b", "a/bc", "a/B", "A/b", ""]),
      ("+", ["a", "", "+", "#"], ["a/", "/a", "a/b", "$SYS"]),
      ("+/b", ["a/b", "/b"], ["b", "a/b/b", "$a/b"]),
      ("a/+", ["a/b", "a/", "a/$b"], ["a", "a/b/c"]),
      ("a/+/c", ["a/b/c", "a//c"], ["a/c", "a/b/b/c", "a/b/cc"]),
      ("#", ["a", "/", "a/b/c", ""], ["$SYS", "$SYS/a"]),
      ("a/#", ["a", "a/", "a/b", "a/b/c", "a/$b"], ["ab", "b/a", "/a"]),
      ("/#", ["/", "/a", ""], ["a", "a/"]),
      ("$SYS/#", ["$SYS", "$SYS/a"], ["$sys", "SYS/a"]),
      ("+/+/#", ["a/b", "a/b/c", "/"], ["a", "$a/b"]),
      ("${iot:ClientId}", ["cam"], ["ca", "camera", "cam/"]),
      ("fleet/${iot:ClientId}/+", ["fleet/cam/x", "fleet/cam/"], ["fleet/door/x", "fleet/cam"]),
      ("x-${iot:ClientId}-y/#", ["x-cam-y", "x-cam-y/z"], ["x-cam", "x--y"]),
      ("a/ö", ["a/ö"], ["a/o\u{308}"]),
    ] as [(String, [String], [String])])
  func `a filter names these topics and not those`(
    text: String, inside: [String], outside: [String]
  ) throws {
    let filter = try TopicFilter(text)
    for topic in inside { #expect(filter.matches(topic: topic, clientID: "cam"), "\(topic)") }
    for topic in outside { #expect(!filter.matches(topic: topic, clientID: "cam"), "\(topic)") }
  }

  @Test func `the name of a thing is taken as it is, wildcards and slashes included`() throws {
    let filter = try TopicFilter("a/${iot:ClientId}/b")
    #expect(filter.matches(topic: "a/+/b", clientID: "+"))
    #expect(!filter.matches(topic: "a/x/b", clientID: "+"))
    #expect(!filter.matches(topic: "a/x/y", clientID: "#"))
    #expect(filter.matches(topic: "a/x/y/b", clientID: "x/y"))
    #expect(try TopicFilter("${iot:ClientId}").matches(topic: "$x", clientID: "$x"))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `matching agrees with a matcher that tries everything`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func text(of pieces: [String]) -> String {
      (0..<Int.random(in: 1...6, using: &random))
        .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
    var (matched, tried) = (0, 0)
    while tried < 3000 {
      let text = text(of: ["a", "b", "/", "/", "+", "#", "$", "${iot:ClientId}"])
      guard let filter = try? TopicFilter(text) else { continue }
      tried += 1
      let client = ["a", "ab", "$", "a/b", "+", ""].randomElement(using: &random) ?? ""
      let topic = self.topic(like: text, client, &random)
      let expected = NaiveTopicFilter(text, clientID: client).matches(topic)
      if expected { matched += 1 }
      #expect(
        filter.matches(topic: topic, clientID: client) == expected,
        "\(text) \(topic) of \(client)")
    }
    #expect((300...2700).contains(matched), "\(matched) of \(tried)")
  }

  /// A topic that the filter may well match.
  private func topic(
    like filter: String, _ client: String, _ random: inout SeededGenerator
  ) -> String {
    var topic = ""
    for piece in filter.replacing("${iot:ClientId}", with: "!") {
      if Int.random(in: 0..<12, using: &random) == 0 { continue }
      switch piece {
      case "!": topic += client
      case "+": topic += ["", "a", "$b", "ab"].randomElement(using: &random) ?? ""
      case "#": topic += ["", "a", "a/b", "/"].randomElement(using: &random) ?? ""
      default: topic.append(piece)
      }
    }
    if filter.hasSuffix("/#"), topic.hasSuffix("/"), Bool.random(using: &random) {
      topic.removeLast()
    }
    return topic
  }
}

/// A filter matched by trying every way to split the topic.
struct NaiveTopicFilter {
  private enum Token: Equatable {
    case character(Unicode.Scalar)
    case plus
    case hash
  }

  private let tokens: [Token]

  init(_ text: String, clientID: String) {
    var tokens: [Token] = []
    for (index, part) in text.components(of: "${iot:ClientId}").enumerated() {
      if index > 0 { tokens += clientID.unicodeScalars.map { .character($0) } }
      tokens += part.unicodeScalars.map { $0 == "+" ? .plus : $0 == "#" ? .hash : .character($0) }
    }
    self.tokens = tokens
  }

  func matches(_ topic: String) -> Bool {
    if topic.unicodeScalars.first == "$", tokens.first == .plus || tokens.first == .hash {
      return false
    }
    return Self.match(tokens[...], Array(topic.unicodeScalars)[...])
  }

  private static func match(_ tokens: ArraySlice<Token>, _ topic: ArraySlice<Unicode.Scalar>)
    -> Bool
  {
    guard let token = tokens.first else { return topic.isEmpty }
    switch token {
    case .hash: return true
    case .plus:
      let level = topic.prefix { $0 != "/" }
      return (0...level.count).contains { match(tokens.dropFirst(), topic.dropFirst($0)) }
    case .character(let scalar):
      if tokens.count == 2, scalar == "/", tokens.last == .hash, topic.isEmpty { return true }
      return topic.first == scalar && match(tokens.dropFirst(), topic.dropFirst())
    }
  }
}

extension String {
  /// The stretches before, between and after each occurrence of a text.
  fileprivate func components(of separator: String) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
