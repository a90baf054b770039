import Foundation

/// The committed inputs of a fuzzer, and inputs near them.
package struct FuzzCorpus {
  /// An input, under the name of its file.
  package struct Entry {
    package let name: String
    package let input: [UInt8]

    /// The input with a few bytes changed, inserted, removed or repeated: for a seed always the same ones.
    package func variant(_ seed: UInt64) -> [UInt8] {
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
  }

  /// All of them.
  package let entries: [Entry]

  /// Reads `corpus/FUZZER` in the directory of the file that asks for it.
  package init(of fuzzer: String, beside file: String = #filePath) throws {
    let directory = URL(filePath: file).deletingLastPathComponent()
      .appending(path: "corpus").appending(path: fuzzer)
    let files = try FileManager.default.contentsOfDirectory(
      at: directory, includingPropertiesForKeys: nil)
    entries = try files.map {
      Entry(name: $0.lastPathComponent, input: Array(try Data(contentsOf: $0)))
    }
  }
}
