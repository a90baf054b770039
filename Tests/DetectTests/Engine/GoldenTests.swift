import Foundation
import Testing

@testable import Detect

/// Each file in `Goldens` is a story and what the engine says to it. With DETECT_REWRITE_GOLDENS=1 in the
/// environment the second part is written anew; the difference is to be read like code.
@Suite struct GoldenTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Goldens")

  static let files: [String] = {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path())
    return (names ?? []).filter { $0.hasSuffix(".txt") }.sorted()
  }()

  @Test func thereAreGoldens() {
    #expect(Self.files.count >= 10)
  }

  @Test(arguments: files) func golden(_ file: String) throws {
    let url = Self.folder.appending(path: file)
    let text = try String(contentsOf: url, encoding: .utf8)
    let parts = text.components(separatedBy: "\n---\n")
    let said = try Scenario.run(parts[0])
    if ProcessInfo.processInfo.environment["DETECT_REWRITE_GOLDENS"] == "1" {
      let story = parts[0].trimmingCharacters(in: .newlines)
      try "\(story)\n---\n\(said.map { $0 + "\n" }.joined())"
        .write(to: url, atomically: true, encoding: .utf8)
      return
    }
    let expected = parts.count > 1 ? parts[1].split(separator: "\n").map(String.init) : []
    #expect(said == expected)
  }
}
