/// Tasks that wait for something of their call to change. They look again when they are woken.
struct WaitList {
  private var waiting: [(ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []

  var isEmpty: Bool { waiting.isEmpty }

  mutating func add(_ ticket: Int, _ continuation: CheckedContinuation<Void, Never>) {
    waiting.append((ticket, continuation))
  }

  mutating func wakeAll() {
    guard !waiting.isEmpty else { return }
    for waiter in waiting { waiter.continuation.resume() }
    waiting.removeAll(keepingCapacity: true)
  }

  mutating func wake(_ ticket: Int) {
    guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
    waiting.remove(at: index).continuation.resume()
  }
}
