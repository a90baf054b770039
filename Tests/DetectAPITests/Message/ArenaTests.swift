@testable import DetectAPI
import Testing

@Suite struct ArenaTests {
  @Test func `Memory is aligned and does not overlap`() {
    let arena = Arena(blockSize: 64)
    var ends: [UInt: UInt] = [:]
    for size in [0, 1, 15, 16, 17, 63, 64, 65, 1000, 3] {
      let address = unsafe UInt(bitPattern: arena.allocate(size))
      #expect(address % 16 == 0 && address != 0)
      ends[address] = max(ends[address] ?? 0, address + UInt(size))
    }
    let blocks = ends.sorted { $0.key < $1.key }
    for (block, next) in zip(blocks, blocks.dropFirst()) { #expect(block.value <= next.key) }
  }

  @Test func `The limit is exact, and what is refused costs nothing`() {
    let arena = Arena(limit: 100)
    #expect(unsafe arena.allocate(60) != nil)
    #expect(!arena.isExhausted)
    #expect(unsafe arena.allocate(41) == nil)
    #expect(arena.isExhausted)
    #expect(unsafe arena.allocate(40) != nil)
    #expect(unsafe arena.allocate(1) == nil)
    #expect(unsafe arena.allocate(.max) == nil)
    #expect(unsafe arena.allocate(-1) == nil)
  }
}
