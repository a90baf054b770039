import Testing

@testable import Detect

@Suite struct FieldCheckTests {
  @Test(arguments: ["a", "Behavior1:_-", "0", String(repeating: "Z", count: 128)])
  func `Names`(name: String) {
    #expect(FieldCheck.isName(name))
  }

  @Test(arguments: BadName.all + ["\u{212A}", "a\u{301}"])
  func `Texts that are no names`(name: String) {
    #expect(!FieldCheck.isName(name))
    let error = #expect(throws: DetectError.self) { try FieldCheck.name(name, field: "f") }
    #expect(error.map(Refusal.init) == .invalid(field: "f"))
  }

  @Test(arguments: [
    "", " ", "Cameras of line 4: \"north\", (all)!", "Überwachung 監視 🎥", "a\u{301}",
    String(repeating: "x", count: 1000),
  ])
  func `Descriptions`(text: String) throws {
    try FieldCheck.description(text, field: "f")
  }

  @Test(arguments: [
    "\t", "a\nb", "\r", "\u{0}", "\u{7f}", "\u{85}", "\u{a0}", "\u{2003}", "\u{2028}", "\u{3000}",
    "\u{378}", String(repeating: "x", count: 1001), "e" + String(repeating: "\u{301}", count: 1000),
  ])
  func `Texts that are no descriptions`(text: String) {
    let error = #expect(throws: DetectError.self) {
      try FieldCheck.description(text, field: "f")
    }
    #expect(error.map(Refusal.init) == .invalid(field: "f"))
  }

  @Test(arguments: [
    ("plain text", "plain text"), ("Gerät", "Ger\\u{00E4}t"), ("a\nb", "a\\nb"), ("", ""),
    (String(repeating: "x", count: 128), String(repeating: "x", count: 128)),
    (String(repeating: "x", count: 129), String(repeating: "x", count: 128) + "..."),
    (
      String(repeating: "\u{1F3A5}", count: 1000),
      String(String(repeating: "\\u{0001F3A5}", count: 11).prefix(128)) + "..."
    ),
  ])
  func `A caller's text is repeated in ASCII and cut`(text: String, expected: String) {
    #expect(quoted(text) == expected)
  }
}
