import Testing

@testable import Detect

@Suite struct OrderedNumberTests {
  /// Rising, each once.
  private static let numbers: [Double] = [
    -Double.greatestFiniteMagnitude, -1e300, -2, -1.5, -1, -0.1, -Double.leastNormalMagnitude,
    -Double.leastNonzeroMagnitude, 0, Double.leastNonzeroMagnitude, Double.leastNormalMagnitude,
    0.1, 1, 1.5, 2, 1e300, Double.greatestFiniteMagnitude,
  ]

  @Test func `Whole numbers stand in the order of the numbers, and give them back`() {
    let ordered = Self.numbers.map(OrderedNumber.encode)
    #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0 < $1 })
    #expect(ordered.map(OrderedNumber.decode) == Self.numbers)
  }

  @Test func `Negative numbers are those below zero, which has one form`() {
    for number in Self.numbers { #expect((OrderedNumber.encode(number) < 0) == (number < 0)) }
    #expect(OrderedNumber.encode(0) == 0)
    #expect(OrderedNumber.encode(-0.0) == 0)
    #expect(OrderedNumber.decode(0).sign == .plus)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `Any two finite numbers are ordered as their whole numbers`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1000 {
      let (a, b) = (Double(bitPattern: random.next()), Double(bitPattern: random.next()))
      guard a.isFinite, b.isFinite else { continue }
      #expect((a < b) == (OrderedNumber.encode(a) < OrderedNumber.encode(b)), "\(a) \(b)")
    }
  }
}
