import Testing

@testable import Detect

@Suite struct PortSetTests {
  static let every = [UInt16](0...65535)

  /// Compares every reader with the twin, a flag for each port, over all 65,536 ports.
  func compare(_ set: PortSet, with flags: [Bool]) throws {
    let bits = set.containment(of: Self.every)
    try #require(bits.count == 1024)
    for port in Self.every {
      let index = Int(port)
      let inside = bits[index / 64] >> UInt64(index % 64) & 1 == 1
      guard set.contains(port) != flags[index] || inside != flags[index] else { continue }
      Issue.record("port \(port) should be \(flags[index] ? "inside" : "outside")")
      return
    }
    #expect(set.firstInside(of: Self.every) == flags.firstIndex(of: true))
    #expect(set.firstOutside(of: Self.every) == flags.firstIndex(of: false))

    var covered = [Bool](repeating: false, count: 65536)
    for range in set.ranges {
      for port in range { covered[Int(port)] = true }
    }
    #expect(covered == flags)
    for (range, next) in zip(set.ranges, set.ranges.dropFirst()) {
      #expect(Int(range.upperBound) + 1 < Int(next.lowerBound))
    }
  }

  func flags(_ ports: some Sequence<UInt16>) -> [Bool] {
    ports.reduce(into: [Bool](repeating: false, count: 65536)) { $0[Int($1)] = true }
  }

  @Test(
    arguments: [
      [], [0], [65535], [0, 65535], [443, 80, 443], [1, 2, 3, 5], [63, 64, 65],
      [65534, 65535, 0, 1],
    ] as [[UInt16]])
  func `holds exactly its ports`(ports: [UInt16]) throws {
    try compare(PortSet(ports), with: flags(ports))
  }

  @Test(arguments: [
    (0, 64), (1, 64), (28, 64), (29, 128), (60, 128), (61, 8256), (5000, 8256), (32768, 8256),
  ])
  func `holds exactly its ports, listed and as a bitmap`(count: Int, size: Int) throws {
    // Every second port: a line lists 28, another 32.
    let ports = (0..<count).map { UInt16($0 * 2) }
    let set = PortSet(ports.reversed())
    try compare(set, with: flags(ports))
    #expect(set.ranges.count == count)
    #expect(set.byteCount == size)
  }

  @Test(arguments: [UInt64](1...8))
  func `agrees with the flags on random ranges`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let ranges = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      let first = UInt16.random(in: 0...65535, using: &random)
      let widest = min(65535, Int(first) + Int.random(in: 0...3000, using: &random))
      return first...UInt16(widest)
    }
    let set = PortSet(ranges: ranges)
    try compare(set, with: flags(ranges.joined()))
    #expect(set == PortSet(Array(ranges.joined()).shuffled(using: &random)))
  }

  @Test func `all of none are inside, and none of none is`() {
    for set in [PortSet([]), PortSet(ranges: [0...65535])] {
      #expect(set.firstOutside(of: []) == nil)
      #expect(set.firstInside(of: []) == nil)
      #expect(set.containsAll(of: []) && !set.containsAny(of: []))
      #expect(set.containment(of: []) == [])
    }
  }

  @Test func `finds the first port outside and inside`() {
    let set = PortSet([22, 443])
    #expect(set.firstOutside(of: [443, 22, 80, 8080]) == 2)
    #expect(set.firstOutside(of: [443, 22]) == nil)
    #expect(set.firstInside(of: [80, 8080, 443]) == 2)
    #expect(set.firstInside(of: [80, 8080]) == nil)
    #expect(set.containsAll(of: [443, 22]) && !set.containsAll(of: [443, 22, 80]))
    #expect(set.containsAny(of: [80, 443]) && !set.containsAny(of: [80, 8080]))
    #expect(set.containment(of: [443, 80, 22]) == [0b101])
  }

  @Test func `equal exactly when the ports are`() {
    #expect(PortSet([1, 2, 3]) == PortSet(ranges: [2...3, 1...2]))
    #expect(PortSet([1, 2, 3]) != PortSet([1, 2]))
    #expect(PortSet([1, 3]) != PortSet([1, 4]))
    #expect(PortSet([]) == PortSet(ranges: []))
    #expect(PortSet([]) != PortSet([0]))
    let even = stride(from: UInt16(0), through: 65534, by: 2)
    let odd = stride(from: UInt16(1), through: 65535, by: 2)
    #expect(PortSet(Array(even)) != PortSet(Array(odd)))
  }
}
