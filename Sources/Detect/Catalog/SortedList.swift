/// Distinct elements in rising order, cheap to insert into, remove from and page through.
///
/// The elements lie in chunks of at most `chunkLimit`, so that a change moves the elements of one chunk
/// and not of the whole list:
///
///     chunks: [ a b c ] [ d e ] [ g h i j ]
package struct SortedList<Element: Comparable & Sendable>: Sendable {
  /// Elements per chunk: a few cache lines' worth of moves, and a list of chunks that stays short
  /// for a million elements.
  private static var chunkLimit: Int { 512 }

  private var chunks: [[Element]] = []
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Inserts the element; does nothing where it is there already.
  package mutating func insert(_ element: Element) {
    guard let chunk = chunkIndex(for: element) else {
      chunks.append([element])
      count = 1
      return
    }
    let place = Self.lowerBound(of: element, in: chunks[chunk])
    if place < chunks[chunk].count, chunks[chunk][place] == element { return }
    chunks[chunk].insert(element, at: place)
    count += 1
    if chunks[chunk].count > Self.chunkLimit {
      let half = Array(chunks[chunk][(Self.chunkLimit / 2)...])
      chunks[chunk].removeLast(half.count)
      chunks.insert(half, at: chunk + 1)
    }
  }

  /// Removes the element; does nothing where it is not there.
  package mutating func remove(_ element: Element) {
    guard let chunk = chunkIndex(for: element) else { return }
    let place = Self.lowerBound(of: element, in: chunks[chunk])
    guard place < chunks[chunk].count, chunks[chunk][place] == element else { return }
    chunks[chunk].remove(at: place)
    count -= 1
    if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
  }

  /// Whether the element is there.
  package func contains(_ element: Element) -> Bool { self.element(equalTo: element) != nil }

  /// The element that is there and equal to this one.
  package func element(equalTo element: Element) -> Element? {
    guard let chunk = chunkIndex(for: element) else { return nil }
    let place = Self.lowerBound(of: element, in: chunks[chunk])
    guard place < chunks[chunk].count, chunks[chunk][place] == element else { return nil }
    return chunks[chunk][place]
  }

  /// The elements after the given one (which need not be there), or all for nil, in rising order,
  /// as long as `take` says to go on.
  package func visit(after element: Element?, _ take: (Element) -> Bool) {
    var chunk = 0
    var place = 0
    if let element {
      guard let start = chunkIndex(for: element) else { return }
      chunk = start
      place = Self.lowerBound(of: element, in: chunks[chunk])
      if place < chunks[chunk].count, chunks[chunk][place] == element { place += 1 }
    }
    while chunk < chunks.count {
      while place < chunks[chunk].count {
        guard take(chunks[chunk][place]) else { return }
        place += 1
      }
      chunk += 1
      place = 0
    }
  }

  /// All elements in rising order.
  package var elements: [Element] { Array(chunks.joined()) }

  /// The chunk in which the element is or would be; nil only for an empty list.
  private func chunkIndex(for element: Element) -> Int? {
    guard !chunks.isEmpty else { return nil }
    var low = 0
    var high = chunks.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if chunks[middle][0] <= element { low = middle } else { high = middle }
    }
    return low
  }

  private static func lowerBound(of element: Element, in chunk: [Element]) -> Int {
    var low = 0
    var high = chunk.count
    while low < high {
      let middle = (low + high) / 2
      if chunk[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
