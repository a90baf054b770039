/// Elements that never move: the array grows by whole segments. One of a million would stop everything for as
/// long as it takes to copy them, each time that it doubles.
struct SegmentedArray<Element: Sendable>: RandomAccessCollection, MutableCollection, Sendable {
  private static var segmentSize: Int { 1024 }

  private var segments: [[Element]] = []
  private(set) var endIndex = 0

  var startIndex: Int { 0 }

  subscript(index: Int) -> Element {
    _read { yield segments[index / Self.segmentSize][index % Self.segmentSize] }
    _modify { yield &segments[index / Self.segmentSize][index % Self.segmentSize] }
  }

  mutating func append(_ element: Element) {
    if endIndex % Self.segmentSize == 0 {
      segments.append([])
      segments[segments.count - 1].reserveCapacity(Self.segmentSize)
    }
    segments[segments.count - 1].append(element)
    endIndex += 1
  }
}
