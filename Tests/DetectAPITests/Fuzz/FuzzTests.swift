import Foundation
import Testing

/// The short form of `make fuzz-rpc` for what requests carry: the committed corpus, and inputs near it.
struct FuzzTests {
  @Test(arguments: Fuzzer.allCases)
  func `nothing near the corpus does harm`(_ fuzzer: Fuzzer) throws {
    let directory = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "corpus").appending(path: fuzzer.rawValue)
    let files = try FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: nil)
    #expect(!files.isEmpty)
    for file in files {
      let (name, input) = (file.lastPathComponent, Array(try Data(contentsOf: file)))
      #expect(fuzzer.fault(input) == nil, "\(name)")
      for seed in 0..<1000 as Range<UInt32> {
        #expect(fuzzer.fault(damaged(input, seed)) == nil, "\(name), seed \(seed)")
      }
    }
  }
}
