import Testing

@testable import Detect

@Suite struct MetricSetTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `A set of metrics contains what was put in, of AWS and of users`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var set = MetricSet()
    var expected: Set<UInt16> = []
    for _ in 0..<100 {
      let range: ClosedRange<UInt16> = Bool.random(using: &random) ? 1...18 : 1000...1100
      let number = UInt16.random(in: range, using: &random)
      set.insert(Metric(number: number))
      expected.insert(number)
    }
    for number in [63, 64, .max] as [UInt16] where Bool.random(using: &random) {
      set.insert(Metric(number: number))
      expected.insert(number)
    }
    for number in UInt16.min...UInt16.max {
      #expect(set.contains(Metric(number: number)) == expected.contains(number))
    }
  }
}
