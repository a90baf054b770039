import Testing

@testable import Detect

@Suite struct MetricSetTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `A set of metrics contains what was put in, of AWS, of users and narrowed`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var set = MetricSet()
    var expected: Set<UInt32> = []
    for _ in 0..<100 {
      let ranges: [ClosedRange<UInt32>] = [1...18, 1000...1100, 65_536...65_800]
      let range = ranges[Int.random(in: 0..<3, using: &random)]
      let number = UInt32.random(in: range, using: &random)
      set.insert(Metric(number: number))
      expected.insert(number)
    }
    for number in [63, 64, .max] as [UInt32] where Bool.random(using: &random) {
      set.insert(Metric(number: number))
      expected.insert(number)
    }
    for number in Array(0...66_000) + [.max - 1, .max] as [UInt32] {
      #expect(set.contains(Metric(number: number)) == expected.contains(number))
    }
  }
}
