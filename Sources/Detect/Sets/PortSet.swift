internal import CDetectCore

/// A set of port numbers. It never changes.
///
/// Owns a frozen set of CDetectCore and frees it with its last reference. Sendable, because pointer
/// and block never change between `init` and `deinit`, and C's readers only read.
@safe package final class PortSet: @unchecked Sendable {
  private let frozen: OpaquePointer
  private let memory: SetMemory?

  /// The set of `ports`, in any order; duplicates collapse. Traps when memory runs out.
  package convenience init(_ ports: [UInt16]) {
    self.init(ranges: ports.map { $0...$0 })
  }

  /// The union of `ranges`, in any order. Traps when memory runs out.
  package convenience init(ranges: [ClosedRange<UInt16>]) {
    do {
      try self.init(ranges: ranges, memory: nil)
    } catch {
      preconditionFailure("a port set of \(ranges.count) ranges could not be built: \(error)")
    }
  }

  init(ranges: [ClosedRange<UInt16>], memory: SetMemory?) throws(SetError) {
    let ranges = ranges.map { core_port_range(first: $0.lowerBound, last: $0.upperBound) }
    var frozen: OpaquePointer?
    try SetError.check(
      unsafe withAllocator(of: memory) {
        unsafe core_port_set_build($0, ranges, ranges.count, CORE_BEST, &frozen)
      })
    guard let frozen = unsafe frozen else {
      preconditionFailure("a build that succeeded gave no set")
    }
    unsafe self.frozen = frozen
    self.memory = memory
    assert(Self.defect(in: bytes.span) == nil, "a frozen set is valid")
  }

  deinit {
    unsafe withAllocator(of: memory) { unsafe core_port_set_free(frozen, $0) }
  }

  /// Whether `port` is in the set.
  package func contains(_ port: UInt16) -> Bool {
    unsafe core_port_set_contains(frozen, port)
  }

  /// Whether each of `ports` is in the set: bit i % 64 of element i / 64 answers for port i, and
  /// the bits after the last are zero.
  package func containment(of ports: [UInt16]) -> [UInt64] {
    unsafe [UInt64](unsafeUninitializedCapacity: (ports.count + 63) / 64) { bits, count in
      unsafe core_port_set_contains_many(frozen, ports, ports.count, bits.baseAddress)
      count = (ports.count + 63) / 64
    }
  }

  /// Whether all of `ports` are in the set, as all of none are; stops at the first that is not.
  package func containsAll(of ports: [UInt16]) -> Bool {
    firstOutside(of: ports) == nil
  }

  /// Whether any of `ports` is in the set; stops at the first.
  package func containsAny(of ports: [UInt16]) -> Bool {
    firstInside(of: ports) != nil
  }

  /// The index of the first port outside the set; nil when all are inside, as all of none are.
  package func firstOutside(of ports: [UInt16]) -> Int? {
    let index = unsafe core_port_set_first_outside(frozen, ports, ports.count)
    return index < ports.count ? index : nil
  }

  /// The index of the first port inside the set; nil when none is.
  package func firstInside(of ports: [UInt16]) -> Int? {
    let index = unsafe core_port_set_first_inside(frozen, ports, ports.count)
    return index < ports.count ? index : nil
  }

  /// The set as ranges in order, merged until there is a gap before each.
  package var ranges: [ClosedRange<UInt16>] {
    var ranges: [ClosedRange<UInt16>] = []
    var cursor: UInt32 = 0
    var range = core_port_range()
    while unsafe core_port_set_next_range(frozen, &cursor, &range) {
      ranges.append(range.first...range.last)
    }
    return ranges
  }

  /// The size of the frozen set in bytes.
  package var byteCount: Int { unsafe core_port_set_size(frozen) }

  /// The frozen set byte for byte, in the layout drawn in port_layout.h.
  var bytes: [UInt8] {
    unsafe [UInt8](
      UnsafeRawBufferPointer(start: UnsafeRawPointer(frozen), count: byteCount))
  }

  /// What is wrong with `block` as a frozen set, or nil when every reader may trust it.
  static func defect(in block: Span<UInt8>) -> String? {
    unsafe block.withUnsafeBytes { block in
      var reason: UnsafePointer<CChar>?
      let isValid = unsafe core_port_set_validate(block.baseAddress, block.count, &reason)
      guard !isValid, let reason = unsafe reason else { return nil }
      return unsafe String(cString: reason)
    }
  }
}

extension PortSet: Hashable {
  /// Whether both hold the same ports.
  package static func == (a: PortSet, b: PortSet) -> Bool {
    unsafe core_port_set_equal(a.frozen, b.frozen)
  }

  /// Feeds the ports as ranges, which are what `==` compares.
  package func hash(into hasher: inout Hasher) {
    var cursor: UInt32 = 0
    var range = core_port_range()
    while unsafe core_port_set_next_range(frozen, &cursor, &range) {
      hasher.combine(range.first)
      hasher.combine(range.last)
    }
  }
}
