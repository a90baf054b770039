@testable import DetectAPI
import Testing

@Suite struct BoundedQueueTests {
  @Test func `Elements come out in order, and then the end`() async {
    let queue = BoundedQueue<Int>(capacity: 3)
    async let sum = {
      var seen: [Int] = []
      while let element = await queue.next() { seen.append(element) }
      return seen
    }()
    for element in 0..<1000 {
      #expect(await queue.hasRoom())
      queue.append(element)
    }
    queue.finish()
    #expect(await sum == Array(0..<1000))
    #expect(await queue.next() == nil)
  }

  @Test func `There is room until the capacity is reached, and again after a take`() async {
    let queue = BoundedQueue<Int>(capacity: 2)
    queue.append(1)
    #expect(await queue.hasRoom())
    queue.append(2)
    let waiting = Task { await queue.hasRoom() }
    #expect(await queue.next() == 1)
    #expect(await waiting.value)
  }

  @Test func `Who is cancelled waits no longer`() async {
    let full = BoundedQueue<Int>(capacity: 0)
    let giver = Task { await full.hasRoom() }
    giver.cancel()
    #expect(await giver.value == false)
    let empty = BoundedQueue<Int>(capacity: 1)
    let taker = Task { await empty.next() }
    taker.cancel()
    #expect(await taker.value == nil)
  }
}
