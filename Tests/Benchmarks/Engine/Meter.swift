import CHeapMeter
import Glibc

/// What is read off this process and machine.
enum Meter {
  /// Processor time of this process: on a machine that is shared, the time that others take is not counted.
  static var nanoseconds: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Allocations since the start.
  static var allocations: UInt64 { heap_allocations() }

  /// Bytes that are allocated.
  static var heapBytes: Int { Int(heap_bytes()) }

  /// Gives what is free in the heap back to the system, as far as it lies in whole pages.
  static func returnFreeMemory() { heap_return_free() }

  /// Resident memory.
  static var residentBytes: Int {
    let file = unsafe open("/proc/self/statm", O_RDONLY)
    defer { close(file) }
    var text = [UInt8](repeating: 0, count: 128)
    let count = unsafe text.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
    let pages = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return (pages.count > 1 ? Int(pages[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
  }
}

extension [Double] {
  /// The middle one: what something costs where now and then something else happens as well.
  var median: Double {
    let sorted = sorted()
    return isEmpty ? 0 : sorted[count / 2]
  }
}
