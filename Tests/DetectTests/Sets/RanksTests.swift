import Testing

@testable import Detect

@Suite struct RanksTests {
  @Test(arguments: [1, 2, 100, 1024, 1025, 20_000])
  func `selects what sorting would`(count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    for bound in [Int64(3), 100_000, .max] {
      let values = (0..<count).map { _ in Int64.random(in: -bound...bound, using: &random) }
      let sorted = values.sorted()
      let ranks = Set([0, count / 100, count / 2, count - count / 10 - 1, count - 1]).sorted()
      #expect(values.elements(atRanks: ranks) == ranks.map { sorted[$0] })
    }
  }

  @Test func `no ranks select nothing`() {
    #expect([Int64]().elements(atRanks: []) == [])
    #expect([Int64(1)].elements(atRanks: []) == [])
  }
}
