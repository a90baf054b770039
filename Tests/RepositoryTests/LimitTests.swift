import Testing

/// A limit that no test knows is a hope.
@Suite struct LimitTests {
  static let files = SourceTree.sources.filter { $0.name == "Limits.swift" }

  @Test(arguments: files.map(\.target))
  func `A test of the layer mentions each of its limits`(target: String) throws {
    let file = try #require(Self.files.first { $0.target == target })
    let names = file.text.matches(
      of: #/(?m)^  (?:package )?static (?:let|func) (\w+)|^  (?:package )?var (\w+)/#
    )
    .compactMap { ($0.1 ?? $0.2).map(String.init) }
    try #require(!names.isEmpty)
    let tests = SourceTree.tests.filter { $0.target == target + "Tests" }
    let forgotten = try names.filter { name in
      let mention = try Regex("\\b\(name)\\b").wordBoundaryKind(.simple)
      return !tests.contains { $0.text.contains(mention) }
    }
    #expect(forgotten == [])
  }

  @Test func `A limit has its reason above it`() {
    let limit = #/^  (?:package )?(?:static (?:let|func)|var) /#
    let bare = Self.files.flatMap { file in
      file.places(where: { $0.contains(limit) }, unlessAbove: { $0.hasPrefix("///") })
    }
    #expect(bare == [])
  }
}
