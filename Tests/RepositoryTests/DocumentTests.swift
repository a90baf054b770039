import Testing

/// What the documents promise to list, they list.
@Suite struct DocumentTests {
  static let decisions = SourceTree.documents.filter {
    $0.path.hasPrefix("docs/decisions/") && $0.name != "README.md"
  }

  @Test(arguments: decisions.map(\.name))
  func `A decision is listed`(name: String) {
    #expect(SourceTree.file("docs/decisions/README.md").text.contains("(\(name))"))
  }

  @Test func `A path that a document names exists`() throws {
    let paths = SourceTree.documents.flatMap { document in
      document.text.matches(of: #/`((?:Sources|CSources|Tests|docs|proto)/[\w./+-]+)`/#).map {
        String($0.1)
      }
    }
    try #require(!paths.isEmpty)
    #expect(paths.filter { !SourceTree.exists($0) } == [])
  }

  @Test(arguments: ["help", "demo", "test", "check", "format", "generate", "bench", "setup"])
  func `The front door has its doors`(target: String) {
    #expect(SourceTree.file("Makefile").lines.contains { $0.hasPrefix("\(target):") })
  }
}
