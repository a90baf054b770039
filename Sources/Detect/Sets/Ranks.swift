internal import CDetectCore

extension [Int64] {
  /// The elements that sorting would put at `ranks`, which count from 0 and ascend; exact, without
  /// sorting. Traps on a rank that does not exist, and when memory runs out.
  package func elements(atRanks ranks: [Int]) -> [Int64] {
    unsafe [Int64](unsafeUninitializedCapacity: ranks.count) { selected, count in
      let status = unsafe ranks.withUnsafeBytes { ranks in
        // A rank that is not negative is the same as C's size_t.
        unsafe core_select_ranks(
          nil, self, self.count, ranks.assumingMemoryBound(to: Int.self).baseAddress,
          ranks.count / MemoryLayout<Int>.stride, selected.baseAddress)
      }
      precondition(status == CORE_OK, "ranks ascend and exist, and memory suffices")
      count = ranks.count
    }
  }
}
