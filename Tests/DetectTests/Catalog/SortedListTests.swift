import Detect
import Testing

/// `SortedList` against its stupid twin, a sorted array.
@Suite struct SortedListTests {
  @Test func `An empty list holds, removes and visits nothing`() {
    var list = SortedList<Int>()
    list.remove(1)
    #expect(list.isEmpty)
    #expect(!list.contains(1))
    #expect(list.elements == [])
    #expect(visited(list, after: nil) == [])
    #expect(visited(list, after: 1) == [])
  }

  @Test func `An element is there once, however often it is inserted`() {
    var list = SortedList<String>()
    for _ in 0..<3 { list.insert("a") }
    #expect(list.count == 1)
    list.remove("a")
    #expect(list.isEmpty)
    list.remove("a")
    #expect(list.isEmpty)
  }

  @Test func `A visit stops where it is told to`() {
    var list = SortedList<Int>()
    for element in 0..<2000 { list.insert(element) }
    var seen: [Int] = []
    list.visit(after: 700) { element in
      seen.append(element)
      return seen.count < 600
    }
    #expect(seen == Array(701...1300))
  }

  @Test(arguments: [
    (range: 40, steps: 4000),  // one chunk, most changes meet an element that is there
    (range: 3000, steps: 8000),  // several chunks, split and emptied
  ])
  func `Random changes leave what a sorted array would hold`(range: Int, steps: Int) {
    var random = SplitMix64(seed: 7)
    var list = SortedList<Int>()
    var twin: [Int] = []
    for step in 0..<steps {
      let element = Int.random(in: 0..<range, using: &random)
      // The list grows, then shrinks again, so that chunks are filled and emptied.
      let inserts = Int.random(in: 0..<10, using: &random) < (step < steps / 2 ? 8 : 2)
      if inserts {
        list.insert(element)
        let place = twin.firstIndex { $0 >= element } ?? twin.count
        if place == twin.count || twin[place] != element { twin.insert(element, at: place) }
      } else {
        list.remove(element)
        twin.removeAll { $0 == element }
      }
      #expect(list.count == twin.count)
      if step % 500 == 0 { compare(list, twin, probes: [-1, element, element + 1, range]) }
    }
    compare(list, twin, probes: Array(stride(from: -1, through: range, by: 13)))
  }

  @Test func `Elements inserted in falling order come out in rising order`() {
    var list = SortedList<Int>()
    for element in (0..<3000).reversed() { list.insert(element) }
    #expect(list.elements == Array(0..<3000))
  }

  private func compare(_ list: SortedList<Int>, _ twin: [Int], probes: [Int]) {
    #expect(list.elements == twin)
    #expect(list.isEmpty == twin.isEmpty)
    for probe in probes {
      #expect(list.contains(probe) == twin.contains(probe))
      #expect(visited(list, after: probe) == twin.filter { $0 > probe }.prefix(5))
    }
  }

  /// At most five elements after the given one.
  private func visited(_ list: SortedList<Int>, after element: Int?) -> ArraySlice<Int> {
    var seen: [Int] = []
    list.visit(after: element) { element in
      seen.append(element)
      return seen.count < 5
    }
    return seen[...]
  }
}
