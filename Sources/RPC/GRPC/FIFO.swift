/// A first-in, first-out queue. One element alone costs no allocation, for most calls have one
/// request; more lie in one array.
struct FIFO<Element> {
  /// The oldest element.
  private(set) var first: Element?
  private var others: [Element?] = []
  private var taken = 0

  var isEmpty: Bool { first == nil }

  mutating func append(_ element: Element) {
    if first == nil {
      first = element
    } else {
      others.append(element)
    }
  }

  mutating func popFirst() -> Element? {
    guard let element = first.take() else { return nil }
    guard taken < others.count else { return element }
    first = others[taken].take()
    taken += 1
    // Half is behind us: moving the other half is paid for by what was taken.
    if taken == others.count {
      others.removeAll(keepingCapacity: true)
      taken = 0
    } else if taken >= 64, taken * 2 >= others.count {
      others.removeSubrange(..<taken)
      taken = 0
    }
    return element
  }
}
