internal import CDetectCore

/// Gathers prefixes for a ``CIDRSet``. Owns a builder of CDetectCore and frees it at the end of its
/// scope.
@safe struct CIDRSetBuilder: ~Copyable {
  let handle: OpaquePointer
  let memory: SetMemory?

  /// An empty builder that takes its memory, and that of the sets frozen from it, from `memory`,
  /// or from the heap.
  init(memory: SetMemory? = nil) throws(SetError) {
    var handle: OpaquePointer?
    let status = unsafe withAllocator(of: memory) { unsafe core_cidr_builder_create($0, &handle) }
    try SetError.check(status)
    guard let handle = unsafe handle else {
      preconditionFailure("a creation that succeeded gave no builder")
    }
    unsafe self.handle = handle
    self.memory = memory
  }

  deinit {
    unsafe core_cidr_builder_free(handle)
  }

  /// Adds all of `prefixes`, or none of them when it throws.
  func add(_ prefixes: [CIDR]) throws(SetError) {
    // A CIDR is a C prefix and nothing else, so the array is one of C's.
    let status = unsafe prefixes.withUnsafeBytes {
      unsafe core_cidr_builder_add(
        handle, $0.assumingMemoryBound(to: core_prefix.self).baseAddress, prefixes.count)
    }
    try SetError.check(status)
  }
}
