internal import CDetectCore

/// The heap behind a meter: asked before each allocation of a set, told of each release. With it a
/// test makes every allocation fail in turn and counts what comes back.
final class SetMemory: Sendable {
  /// Whether an allocation of `size` bytes may go ahead.
  let grant: @Sendable (_ size: Int) -> Bool

  /// `size` bytes, granted before, are free again.
  let release: @Sendable (_ size: Int) -> Void

  init(
    grant: @escaping @Sendable (_ size: Int) -> Bool,
    release: @escaping @Sendable (_ size: Int) -> Void
  ) {
    self.grant = grant
    self.release = release
  }
}

/// Why a set could not be built.
enum SetError: Error, Equatable {
  case outOfMemory
  /// More than ``CIDRSet/maximumPrefixes``.
  case tooManyPrefixes

  /// Throws for every status but success. A set is built from values, which are valid, so the
  /// statuses about texts, lengths and ranges are our own bugs.
  static func check(_ status: core_status) throws(SetError) {
    switch status {
    case CORE_OK: return
    case CORE_NO_MEMORY: throw .outOfMemory
    case CORE_TOO_MANY: throw .tooManyPrefixes
    default: preconditionFailure("CDetectCore refused a valid value with status \(status.rawValue)")
    }
  }
}

/// Lends C an allocator that speaks for `memory`, or nil, which means the heap without a meter.
/// C copies what it keeps; whoever keeps the memory's blocks keeps `memory` alive.
func withAllocator<Result>(
  of memory: SetMemory?, _ body: (UnsafePointer<core_allocator>?) -> Result
) -> Result {
  guard let memory else { return body(nil) }
  return withExtendedLifetime(memory) {
    var allocator = unsafe core_allocator(
      allocate: { context, size, alignment in
        guard let context = unsafe context else { return nil }
        let memory = unsafe Unmanaged<SetMemory>.fromOpaque(context).takeUnretainedValue()
        guard memory.grant(size) else { return nil }
        return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
      },
      release: { context, block, size in
        guard let context = unsafe context, let block = unsafe block else { return }
        unsafe block.deallocate()
        unsafe Unmanaged<SetMemory>.fromOpaque(context).takeUnretainedValue().release(size)
      },
      context: Unmanaged.passUnretained(memory).toOpaque())
    return unsafe body(&allocator)
  }
}
