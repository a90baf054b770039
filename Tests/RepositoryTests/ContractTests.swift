import Testing

/// Every method of the contract has its file, its test and its row in the README.
@Suite struct ContractTests {
  struct Method: Sendable, CustomTestStringConvertible {
    let service: String
    let name: String
    var testDescription: String { "\(service)/\(name)" }
  }

  static let methods = SourceTree.contract.flatMap { file in
    file.text.split(separator: "\nservice ").dropFirst().flatMap { text in
      text.matches(of: /(?m)^  rpc (\w+)\(/).map {
        Method(service: String(text.prefix { $0 != " " }), name: String($0.1))
      }
    }
  }

  @Test func `The contract has all its methods`() {
    #expect(Self.methods.count == 51)
  }

  @Test(arguments: methods)
  func `A method has a file of its name`(method: Method) {
    let path = "Sources/DetectAPI/\(method.service)/\(method.name).swift"
    let exists = SourceTree.sources.contains { $0.path == path }
    #expect(exists, "\(path)")
  }

  @Test(arguments: methods)
  func `A method is called by a test in Swift and by the foreign client`(method: Method) throws {
    let lowercase = method.name.prefix(1).lowercased() + method.name.dropFirst()
    let inSwift = try Regex("\\b(\(method.name)|\(lowercase))\\b")
    let tests = SourceTree.tests.filter { $0.target == "DetectAPITests" }
    #expect(tests.contains { $0.text.contains(inSwift) }, "DetectAPITests")
    let inPython = try Regex("\\.\(method.name)\\b")
    #expect(SourceTree.python.contains { $0.text.contains(inPython) }, "Tests/Interop")
  }

  @Test(arguments: methods)
  func `A method has a row in the README`(method: Method) {
    let rows = SourceTree.file("README.md").lines.filter { $0.hasPrefix("| `\(method.name)` |") }
    #expect(rows.count == 1)
  }
}
