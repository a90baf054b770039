import Testing

@testable import RPC

struct ReceivedMetadataTests {
  private typealias Fields = [(name: String, value: String)]

  /// What the requests of one connection carry, one after another: the same again, less, more, other
  /// values, another order, nothing.
  private static let requests: [Fields] = [
    [("user-agent", "a"), ("x", "1")],
    [("user-agent", "a"), ("x", "1")],
    [("user-agent", "a")],
    [("user-agent", "a"), ("x", "1"), ("y", "")],
    [("user-agent", "a"), ("x", "2"), ("y", "")],
    [("user-agent", "b"), ("x", "2"), ("y", "")],
    [("x", "2"), ("user-agent", "b"), ("y", "")],
    [],
    [("x", "2"), ("x", "2")],
    [("x", "2")],
  ]

  @Test func `each request has its own metadata, whatever came before it`() {
    var received = ReceivedMetadata()
    for first in Self.requests {
      for second in Self.requests {
        for fields in [first, second] {
          received.reset()
          for (name, value) in fields {
            received.append(Array(name.utf8).span, Array(value.utf8).span)
          }
          let entries = received.metadata().entries
          #expect(entries.map(\.name) == fields.map(\.name))
          #expect(entries.map(\.value) == fields.map { .text($0.value) })
        }
      }
    }
  }
}
