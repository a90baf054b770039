import FuzzCorpus
import Testing

/// The short form of `make fuzz-rpc`: the committed corpus, and inputs near it.
struct FuzzTests {
  @Test(arguments: Fuzzer.allCases)
  func `nothing near the corpus does harm`(_ fuzzer: Fuzzer) throws {
    let corpus = try FuzzCorpus(of: fuzzer.rawValue)
    #expect(!corpus.entries.isEmpty)
    for entry in corpus.entries {
      #expect(fuzzer.fault(entry.input) == nil, "\(entry.name)")
      for seed in 0..<Budgets.fuzzVariants {
        #expect(fuzzer.fault(entry.variant(seed)) == nil, "\(entry.name), seed \(seed)")
      }
    }
  }
}
