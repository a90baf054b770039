import Foundation
import Testing

/// The short form of `make fuzz-rpc`: the committed corpus, and inputs near it.
struct FuzzTests {
  private static func corpus(of fuzzer: Fuzzer) throws -> [(name: String, input: [UInt8])] {
    let directory = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "corpus").appending(path: fuzzer.rawValue)
    let files = try FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: nil)
    return try files.map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
  }

  /// A few bytes changed, inserted, removed or repeated.
  private static func variant(of input: [UInt8], _ seed: UInt64) -> [UInt8] {
    // Knuth's linear congruence; the high bits are the random ones.
    var state = seed
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var bytes = input
    for _ in 0...next(4) where !bytes.isEmpty {
      let place = next(bytes.count)
      switch next(6) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(UInt8(next(256)), at: place)
      case 2: bytes.removeSubrange(place..<min(place + next(9), bytes.count))
      case 3: bytes += bytes[place...]
      default: bytes[place] ^= 1 << next(8)
      }
    }
    return bytes
  }

  @Test(arguments: Fuzzer.allCases)
  func `nothing near the corpus does harm`(_ fuzzer: Fuzzer) throws {
    let corpus = try Self.corpus(of: fuzzer)
    #expect(!corpus.isEmpty)
    for (name, input) in corpus {
      #expect(fuzzer.fault(input) == nil, "\(name)")
      for seed in 0..<Budgets.fuzzVariants {
        #expect(fuzzer.fault(Self.variant(of: input, seed)) == nil, "\(name), seed \(seed)")
      }
    }
  }
}
