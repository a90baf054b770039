import Testing

@testable import RPC

/// The tables that every call is looked up in, beside the standard library's dictionary.
struct TableTests {
  @Test func `streams come and go as in a dictionary`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      var table = StreamTable<Int32>()
      var dictionary: [Int32: Int32] = [:]
      for step in 0..<2_000 as Range<Int32> {
        // Streams from few places, so that they stand in each other's way.
        let stream = Int32.random(in: 0..<60, using: &random) * 64 + 1 + 2 * (step % 3)
        if Bool.random(using: &random) {
          #expect(table.remove(stream) == dictionary.removeValue(forKey: stream))
        } else if dictionary[stream] == nil {
          table.insert(step, for: stream)
          dictionary[stream] = step
        }
        #expect(table[stream] == dictionary[stream])
        #expect(table.count == dictionary.count)
      }
      #expect(table.all.sorted() == dictionary.values.sorted())
      #expect(table.openStreams.sorted() == dictionary.keys.sorted())
      for (stream, value) in dictionary { #expect(table[stream] == value) }
      table.removeAll()
      #expect(table.isEmpty && table[1] == nil && table.all == [])
    }
  }

  @Test func `only a stream that was passed over carries no headers, until its gap is forgotten`() {
    var passed = PassedStreams()
    func mayCarryHeaders(_ streams: some Sequence<Int32>) -> [Int32] {
      streams.filter { passed.mayCarryHeaders($0) }
    }
    let last = 1 + 6 * Int32(Limits.rememberedStreamGaps)
    // Opens 1, 7, 13…, and so passes over 3 and 5, 9 and 11…
    let opened = Array(stride(from: 1, through: last, by: 6) as StrideThrough<Int32>)
    #expect(mayCarryHeaders(opened) == opened)
    #expect(mayCarryHeaders(stride(from: 1, through: last, by: 2)) == opened)
    #expect(mayCarryHeaders([last + 6]) == [last + 6])
    #expect(mayCarryHeaders([3, 5, 9, 11]) == [3, 5])
  }

  @Test func `a path is found among paths that end alike`() {
    let paths = (0..<40).flatMap { ["/a\($0)/Method", "/a/\($0)Method", "/\($0)", "/a/M\($0)"] }
    let handler = Method.immediate { request, _ in request }
    let table = MethodTable(
      Dictionary(uniqueKeysWithValues: Set(paths).map { ($0, handler) }))
    for path in paths { #expect(table.route(of: Array(path.utf8).span)?.path == path) }
    for path in ["", "/", "/a/Method", "/a0/method", "/a0/Method/"] {
      #expect(table.route(of: Array(path.utf8).span) == nil)
    }
    #expect(MethodTable([:]).route(of: Array("/".utf8).span) == nil)
  }
}
