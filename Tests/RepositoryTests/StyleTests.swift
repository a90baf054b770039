import Testing

/// Rules of form that no formatter knows.
@Suite struct StyleTests {
  /// A word that must not stand in the code of the product.
  struct Ban: Sendable, CustomTestStringConvertible {
    let text: String
    let reason: String
    var testDescription: String { text }
  }

  static let bans = [
    Ban(text: "print(", reason: "the log is the place for messages"),
    Ban(text: "try!", reason: "an error has somebody who can act on it"),
    Ban(text: "fatalError(", reason: "preconditionFailure says which of our own rules was broken"),
    Ban(text: "TODO", reason: "what is missing stands in an issue"),
    Ban(text: "FIXME", reason: "what is missing stands in an issue"),
    Ban(text: "XXX", reason: "what is missing stands in an issue"),
    Ban(text: "@preconcurrency", reason: "our dependencies speak Sendable"),
    Ban(text: "public ", reason: "this package has no users but itself: package is wide enough"),
  ]

  @Test(arguments: bans)
  func `A banned word does not occur`(ban: Ban) {
    let places = SourceTree.sources.flatMap { file in
      file.places { line in
        code(of: line).ranges(of: ban.text).contains { range in
          line[..<range.lowerBound].last.map { $0.isLetter || $0 == "_" } != true
        }
      }
    }
    #expect(places == [], "\(ban.reason)")
  }

  @Test func `What the compiler is told to trust has its proof in the comment above`() {
    let trust = /@unchecked Sendable|nonisolated\(unsafe\)/
    let bare = SourceTree.swift.filter { $0.name != "StyleTests.swift" }.flatMap { file in
      file.places(where: { code(of: $0).contains(trust) }, unlessAbove: { $0.hasPrefix("//") })
    }
    #expect(bare == [])
  }

  @Test func `What other targets may use is documented`() {
    let declaration =
      #/^\s*(?:@\w+ )*package (?:\w+ )*(?:struct|class|enum|protocol|actor|func|typealias) (\w+)/#
    let requirements = requirementsOfProtocols()
    let bare = SourceTree.sources.flatMap { file in
      file.places(
        where: { line in
          guard let name = line.firstMatch(of: declaration)?.1 else { return false }
          return !requirements.contains(name)
        }, unlessAbove: { $0.hasPrefix("///") })
    }
    #expect(bare == [])
  }

  /// The functions that protocols declare: documented there, once for all who conform.
  private func requirementsOfProtocols() -> Set<Substring> {
    Set(
      SourceTree.sources.flatMap { file in
        file.text.matches(of: #/(?s)\npackage protocol .*?\n}/#).flatMap { declaration in
          declaration.0.matches(of: #/func (\w+)/#).map(\.1)
        }
      })
  }

  @Test func `A file is read in one sitting`() {
    let long = (SourceTree.swift + SourceTree.c + SourceTree.python)
      .filter { $0.lines.count > 501 }.map(\.path)
    #expect(long == [])
  }

  @Test func `No file knows the machine it was written on`() {
    let ours = #/(?:^|[^\w.])/(?:root|home|work|Users)/\w/#
    let places = SourceTree.everything.filter { $0.name != "StyleTests.swift" }
      .flatMap { file in file.places { $0.contains(ours) } }
    #expect(places == [])
  }

  /// A line without its comment.
  private func code(of line: Substring) -> Substring {
    line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
  }
}
