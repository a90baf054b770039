/// A first-in, first-out queue in one array.
struct FIFO<Element> {
  private var elements: [Element?] = []
  private var first = 0

  var isEmpty: Bool { first == elements.count }

  mutating func append(_ element: Element) {
    elements.append(element)
  }

  mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = elements[first].take()
    first += 1
    if isEmpty {
      elements.removeAll(keepingCapacity: true)
      first = 0
    } else if first >= 64, first * 2 >= elements.count {
      // Half is behind us: moving the other half is paid for by what was taken.
      elements.removeSubrange(..<first)
      first = 0
    }
    return element
  }
}
