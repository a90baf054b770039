import Synchronization
import Testing

@testable import Detect

/// A set either exists or left nothing behind, whichever of its allocations fails.
@Suite struct SetMemoryTests {
  /// Grants a number of allocations and then none, and counts them and the bytes still out.
  final class Budget: Sendable {
    private struct Count {
      var remaining: Int
      var granted = 0
      var bytes = 0
    }
    private let count: Mutex<Count>

    init(_ allocations: Int) {
      count = Mutex(Count(remaining: allocations))
    }

    var granted: Int { count.withLock(\.granted) }
    var bytesOut: Int { count.withLock(\.bytes) }

    func refill(_ allocations: Int) {
      count.withLock { $0.remaining = allocations }
    }

    var memory: SetMemory {
      SetMemory(
        grant: { size in
          self.count.withLock {
            guard $0.remaining > 0 else { return false }
            $0.remaining -= 1
            $0.granted += 1
            $0.bytes += size
            return true
          }
        },
        release: { size in self.count.withLock { $0.bytes -= size } })
    }
  }

  static let prefixes = ["10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"].compactMap { CIDR($0) }

  /// Builds in two helpings, so that the builder has to grow.
  func build(_ memory: SetMemory) throws(SetError) -> CIDRSet {
    let builder = try CIDRSetBuilder(memory: memory)
    try builder.add(Array(Self.prefixes[..<1]))
    try builder.add(Array(Self.prefixes[1...]))
    return try CIDRSet(freezing: builder)
  }

  @Test func `a CIDR set survives the failure of each allocation`() throws {
    // The builder, its array, the grown array, the frozen block.
    let needed = 4
    for allocations in 0..<needed {
      let budget = Budget(allocations)
      #expect(throws: SetError.outOfMemory) { try build(budget.memory) }
      #expect(budget.bytesOut == 0)
    }
    let budget = Budget(needed)
    do {
      let set = try build(budget.memory)
      #expect(set == CIDRSet(Self.prefixes))
      #expect(budget.granted == needed)
      #expect(budget.bytesOut == set.byteCount)
    }
    #expect(budget.bytesOut == 0)
  }

  @Test func `a builder stays usable when adding or freezing fails`() throws {
    let budget = Budget(2)
    let builder = try CIDRSetBuilder(memory: budget.memory)
    try builder.add(Array(Self.prefixes[..<2]))
    #expect(throws: SetError.outOfMemory) { try CIDRSet(freezing: builder) }
    #expect(throws: SetError.outOfMemory) { try builder.add(Array(Self.prefixes[2...])) }
    budget.refill(3)
    let first = try CIDRSet(freezing: builder)
    try builder.add(Array(Self.prefixes[2...]))
    let second = try CIDRSet(freezing: builder, keepingPrefixes: true)

    #expect(first == CIDRSet(Array(Self.prefixes[..<2])))
    #expect(second == CIDRSet(Self.prefixes))
    let address = try #require(IPAddress("10.1.2.3"))
    #expect(second.longestMatch(address) == Self.prefixes[1])
  }

  @Test func `a builder grows by doubling`() throws {
    let budget = Budget(.max)
    let builder = try CIDRSetBuilder(memory: budget.memory)
    let hosts = (0..<1000).compactMap { CIDR(network: IPAddress(high: 1, low: $0), length: 128) }
    for host in hosts { try builder.add([host]) }
    #expect(budget.granted == 12)  // the builder, and room for 1, 2, 4 … 1,024
    #expect(try CIDRSet(freezing: builder) == CIDRSet(hosts))
  }

  @Test func `a builder refuses one prefix too many, and keeps the others`() throws {
    let builder = try CIDRSetBuilder()
    let full = [CIDR](repeating: Self.prefixes[0], count: CIDRSet.maximumPrefixes)
    #expect(throws: SetError.tooManyPrefixes) { try builder.add(full + [Self.prefixes[1]]) }
    try builder.add(full)
    #expect(throws: SetError.tooManyPrefixes) { try builder.add([Self.prefixes[1]]) }
    #expect(try CIDRSet(freezing: builder) == CIDRSet([Self.prefixes[0]]))
  }

  @Test(arguments: [10, 3000])
  func `a port set survives the failure of its allocation`(count: Int) throws {
    let ranges = (0..<count).map { UInt16($0 * 2)...UInt16($0 * 2) }
    let none = Budget(0)
    #expect(throws: SetError.outOfMemory) { try PortSet(ranges: ranges, memory: none.memory) }
    #expect(none.bytesOut == 0)

    let one = Budget(1)
    do {
      let set = try PortSet(ranges: ranges, memory: one.memory)
      #expect(set == PortSet(ranges: ranges))
      #expect(one.bytesOut == set.byteCount)
    }
    #expect(one.bytesOut == 0)
  }

  @Test func `readers on many threads agree`() async throws {
    let set = CIDRSet(Self.prefixes)
    let inside = (0..<1000).map { IPAddress(high: 0x2001_0db8_0000_0000, low: $0) }
    let agreed = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { set.firstOutside(of: inside) == nil && set == CIDRSet(Self.prefixes) }
      }
      return await group.allSatisfy { $0 }
    }
    #expect(agreed)
  }
}
