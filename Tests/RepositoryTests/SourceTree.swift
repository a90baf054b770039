import Foundation

/// A file of the repository, as text.
struct SourceFile: Sendable {
  /// From the root of the repository: "Sources/RPC/Limits.swift".
  let path: String
  let text: String

  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The target of a file under Sources, CSources or Tests.
  var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  /// The lines that satisfy a condition, as "path:number".
  func places(where condition: (Substring) -> Bool) -> [String] {
    lines.enumerated().filter { condition($0.element) }.map { "\(path):\($0.offset + 1)" }
  }

  /// The same, without those above which a line excuses them. Attributes may stand between; the line
  /// is given without its indentation.
  func places(
    where condition: (Substring) -> Bool, unlessAbove isExcuse: (Substring) -> Bool
  ) -> [String] {
    var above: Substring = ""
    return places { line in
      let text = line.drop(while: \.isWhitespace)
      defer { if !text.hasPrefix("@") || condition(line) { above = text } }
      return condition(line) && !isExcuse(above)
    }
  }
}

/// The tree that these tests were built from.
enum SourceTree {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Files written by hand, in Swift.
  static let swift = files(in: ["Sources", "Tests"], endingIn: ["swift"])
  /// Swift files that end up in the product.
  static let sources = swift.filter { $0.path.hasPrefix("Sources/") }
  static let tests = swift.filter { $0.path.hasPrefix("Tests/") }
  /// Files written by hand, in C.
  static let c = files(in: ["CSources"], endingIn: ["c", "h"])
    .filter { !$0.path.hasPrefix("CSources/CDetectProto/") }
  static let python = files(in: ["Tests", "docs"], endingIn: ["py"])
  /// The contract that is ours; the rest of `proto` is copied from standards.
  static let contract = files(in: ["proto/detect"], endingIn: ["proto"])

  static let documents =
    files(in: ["docs"], endingIn: ["md"])
    + ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(file)

  static let everything =
    swift + c + python + contract + documents
    + files(in: [".ci"], endingIn: ["run", "setup"])
    + ["Makefile", "Package.swift", "proto/generate.sh"].map(file)

  static func file(_ path: String) -> SourceFile {
    let data = FileManager.default.contents(atPath: root.appending(path: path).path) ?? Data()
    return SourceFile(path: path, text: String(decoding: data, as: UTF8.self))
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// Files whose path ends in one of these words, sorted by path.
  private static func files(in folders: [String], endingIn endings: Set<Substring>) -> [SourceFile]
  {
    folders.flatMap { folder in
      (FileManager.default.subpaths(atPath: root.appending(path: folder).path) ?? [])
        .filter { path in
          path.split { $0 == "." || $0 == "/" }.last.map(endings.contains) ?? false
        }
        .sorted()
        .map { file("\(folder)/\($0)") }
    }
  }
}
