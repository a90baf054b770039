internal import CDetectCore

/// A set of IP addresses, the union of some networks. It never changes.
///
/// Owns a frozen set of CDetectCore and frees it with its last reference. Sendable, because pointer
/// and block never change between `init` and `deinit`, and C's readers only read.
@safe package final class CIDRSet: @unchecked Sendable {
  private let frozen: OpaquePointer
  private let memory: SetMemory?

  /// The union of `prefixes`: duplicates and nested networks collapse. None makes the empty set.
  /// Keeping the prefixes costs 24 bytes each and lets ``longestMatch(_:)`` name them. Traps when
  /// memory runs out or there are more than ``maximumPrefixes``.
  package convenience init(_ prefixes: [CIDR], keepingPrefixes: Bool = false) {
    do {
      let builder = try CIDRSetBuilder()
      try builder.add(prefixes)
      try self.init(freezing: builder, keepingPrefixes: keepingPrefixes)
    } catch {
      preconditionFailure("a CIDR set of \(prefixes.count) prefixes could not be built: \(error)")
    }
  }

  /// A snapshot of `builder`, which stays usable, also when this throws `outOfMemory`.
  init(
    freezing builder: borrowing CIDRSetBuilder, keepingPrefixes: Bool = false
  ) throws(SetError) {
    var frozen: OpaquePointer?
    var options = core_cidr_options(instructions: CORE_BEST, keeps_prefixes: keepingPrefixes)
    try SetError.check(unsafe core_cidr_builder_freeze(builder.handle, &options, &frozen))
    guard let frozen = unsafe frozen else {
      preconditionFailure("a freeze that succeeded gave no set")
    }
    unsafe self.frozen = frozen
    memory = builder.memory
    assert(Self.defect(in: bytes.span) == nil, "a frozen set is valid")
  }

  deinit {
    unsafe withAllocator(of: memory) { unsafe core_cidr_set_free(frozen, $0) }
  }

  /// The most prefixes a set can be built from; the reason stands beside C's constant.
  package static var maximumPrefixes: Int { Int(CORE_MAX_PREFIXES) }

  /// Whether `address` is in the set.
  package func contains(_ address: IPAddress) -> Bool {
    unsafe core_cidr_set_contains(frozen, address.raw)
  }

  /// Whether each of `addresses` is in the set: bit i % 64 of element i / 64 answers for address i,
  /// and the bits after the last are zero.
  package func containment(of addresses: [IPAddress]) -> [UInt64] {
    unsafe [UInt64](unsafeUninitializedCapacity: (addresses.count + 63) / 64) { bits, count in
      unsafe addresses.withCAddresses {
        unsafe core_cidr_set_contains_many(frozen, $0, addresses.count, bits.baseAddress)
      }
      count = (addresses.count + 63) / 64
    }
  }

  /// Whether all of `addresses` are in the set, as all of none are; stops at the first that is not.
  package func containsAll(of addresses: [IPAddress]) -> Bool {
    firstOutside(of: addresses) == nil
  }

  /// Whether any of `addresses` is in the set; stops at the first.
  package func containsAny(of addresses: [IPAddress]) -> Bool {
    firstInside(of: addresses) != nil
  }

  /// The index of the first address outside the set; nil when all are inside, as all of none are.
  package func firstOutside(of addresses: [IPAddress]) -> Int? {
    let index = unsafe addresses.withCAddresses {
      unsafe core_cidr_set_first_outside(frozen, $0, addresses.count)
    }
    return index < addresses.count ? index : nil
  }

  /// The index of the first address inside the set; nil when none is.
  package func firstInside(of addresses: [IPAddress]) -> Int? {
    let index = unsafe addresses.withCAddresses {
      unsafe core_cidr_set_first_inside(frozen, $0, addresses.count)
    }
    return index < addresses.count ? index : nil
  }

  /// The longest of the prefixes the set was built from that contains `address`; nil outside,
  /// and nil for every address when the prefixes were not kept.
  package func longestMatch(_ address: IPAddress) -> CIDR? {
    var prefix = core_prefix()
    guard unsafe core_cidr_set_longest_match(frozen, address.raw, &prefix) else { return nil }
    return CIDR(raw: prefix)
  }

  /// The set as ranges in order, merged until a gap or the end of IPv4 parts them.
  package var ranges: [ClosedRange<IPAddress>] {
    var ranges: [ClosedRange<IPAddress>] = []
    var cursor = core_cursor()
    var range = core_range()
    while unsafe core_cidr_set_next_range(frozen, &cursor, &range) {
      ranges.append(IPAddress(raw: range.first)...IPAddress(raw: range.last))
    }
    return ranges
  }

  /// The size of the frozen set in bytes.
  package var byteCount: Int { unsafe core_cidr_set_size(frozen) }

  /// The frozen set byte for byte, in the layout drawn in cidr_layout.h.
  var bytes: [UInt8] {
    unsafe [UInt8](
      UnsafeRawBufferPointer(start: UnsafeRawPointer(frozen), count: byteCount))
  }

  /// What is wrong with `block` as a frozen set, or nil when every reader may trust it.
  static func defect(in block: Span<UInt8>) -> String? {
    unsafe block.withUnsafeBytes { block in
      var reason: UnsafePointer<CChar>?
      let isValid = unsafe core_cidr_set_validate(block.baseAddress, block.count, &reason)
      guard !isValid, let reason = unsafe reason else { return nil }
      return unsafe String(cString: reason)
    }
  }
}

extension CIDRSet: Hashable {
  /// Whether both hold the same addresses, whatever prefixes they were built from.
  package static func == (a: CIDRSet, b: CIDRSet) -> Bool {
    unsafe core_cidr_set_equal(a.frozen, b.frozen)
  }

  /// Feeds the addresses as ranges, which are what `==` compares.
  package func hash(into hasher: inout Hasher) {
    var cursor = core_cursor()
    var range = core_range()
    while unsafe core_cidr_set_next_range(frozen, &cursor, &range) {
      unsafe withUnsafeBytes(of: range) { unsafe hasher.combine(bytes: $0) }
    }
  }
}

extension [IPAddress] {
  /// Lends the addresses to C: an ``IPAddress`` is a C address and nothing else.
  fileprivate func withCAddresses<Result>(
    _ body: (UnsafePointer<core_address>?) -> Result
  ) -> Result {
    unsafe withUnsafeBytes {
      unsafe body($0.assumingMemoryBound(to: core_address.self).baseAddress)
    }
  }
}
