internal import CDetectProto

/// The memory of one message: what is allocated lives until the arena is gone, and all of it goes at
/// once.
///
///     blocks: [ used ............. ]
///             [ used .......| free ]      the newest block, allocated from front to back
///
/// protobuf-c allocates from it while it decodes, and responses are built in it. An arena belongs to
/// one call of `decode` or `encode`.
@safe final class Arena {
  /// Every allocation starts at a multiple of this, which suits any C type.
  private static let alignment = 16
  /// Blocks double up to this size, so that a large message takes few of them.
  private static let largestBlockSize = 1 << 20

  private var blocks: [UnsafeMutableRawPointer]
  private var next: UnsafeMutableRawPointer
  private var free: Int
  private var nextBlockSize: Int
  private var budget: Int

  /// Whether an allocation was refused because of the limit.
  private(set) var isExhausted = false

  /// An arena that hands out at most `limit` bytes, in blocks of `blockSize` bytes and more.
  init(blockSize: Int = 1 << 10, limit: Int = .max) {
    unsafe next = UnsafeMutableRawPointer.allocate(
      byteCount: blockSize, alignment: Self.alignment)
    unsafe blocks = [next]
    free = blockSize
    nextBlockSize = 2 * blockSize
    budget = limit
  }

  deinit {
    unsafe blocks.forEach { block in unsafe block.deallocate() }
  }

  /// Uninitialized memory, or nil when the limit is reached.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard (0...budget).contains(size) else {
      isExhausted = true
      return nil
    }
    budget -= size
    let rounded = (size + Self.alignment - 1) & ~(Self.alignment - 1)
    if rounded > free { startBlock(holding: rounded) }
    defer {
      unsafe next += rounded
      free -= rounded
    }
    return unsafe next
  }

  private func startBlock(holding size: Int) {
    free = max(size, nextBlockSize)
    unsafe next = UnsafeMutableRawPointer.allocate(byteCount: free, alignment: Self.alignment)
    unsafe blocks.append(next)
    nextBlockSize = min(2 * nextBlockSize, Self.largestBlockSize)
  }

  /// Calls `body` with an allocator for protobuf-c that allocates here and frees nothing.
  func withAllocator<R>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> R) -> R {
    var allocator = unsafe ProtobufCAllocator(
      alloc: arenaAllocate, free: arenaFree,
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
    return withExtendedLifetime(self) {
      unsafe withUnsafeMutablePointer(to: &allocator) { unsafe body($0) }
    }
  }
}

/// `alloc` of `ProtobufCAllocator`.
private func arenaAllocate(
  arena: UnsafeMutableRawPointer?, size: Int
) -> UnsafeMutableRawPointer? {
  guard let arena = unsafe arena else { return nil }
  return unsafe Unmanaged<Arena>.fromOpaque(arena)._withUnsafeGuaranteedRef { arena in
    unsafe arena.allocate(size)
  }
}

/// `free` of `ProtobufCAllocator`: memory goes with its arena.
private func arenaFree(arena: UnsafeMutableRawPointer?, pointer: UnsafeMutableRawPointer?) {}
