/// The requests of one call that its handler has not taken, and what they hold of the window.
///
/// Every byte that arrives holds a byte of the client's window, until it is given back:
/// - those of a complete message when the message is taken;
/// - those of an incomplete one as soon as somebody waits for it and nothing is ahead of it, or a
///   message larger than the window could never become complete.
struct RequestQueue {
  private var deframer: MessageDeframer
  private var messages = FIFO<(message: MessageDeframer.Message, held: Int)>()
  /// Bytes of the incomplete message that hold window.
  private var heldByIncomplete = 0
  /// All bytes that hold window.
  private(set) var held = 0
  /// All bytes that are kept, whether they hold window or not.
  private(set) var buffered = 0
  /// Messages that were ever complete.
  private(set) var received = 0
  /// Whether the client has sent its last message.
  private(set) var isEnded = false

  init(maxMessageBytes: Int, allowsCompression: Bool) {
    deframer = MessageDeframer(
      maxMessageBytes: maxMessageBytes, allowsCompression: allowsCompression)
  }

  /// Whether nothing can be taken now.
  var isEmpty: Bool { messages.isEmpty }

  /// Whether a message has begun and is not complete.
  var isInsideMessage: Bool { deframer.isInsideMessage }

  /// Takes a piece of the body. Throws what the call shall end with.
  mutating func receive(_ bytes: Span<UInt8>) throws(RPCStatus) {
    held += bytes.count
    buffered += bytes.count
    var position = 0
    var start = 0
    while let message = try deframer.next(from: bytes, at: &position) {
      messages.append((message, heldByIncomplete + position - start))
      received += 1
      heldByIncomplete = 0
      start = position
    }
    heldByIncomplete += bytes.count - start
  }

  /// The client half-closes. Throws what the call shall end with if it did so inside a message.
  mutating func end() throws(RPCStatus) {
    guard !deframer.isInsideMessage else {
      throw RPCStatus(.internal, "the request ends inside a message")
    }
    isEnded = true
  }

  /// The oldest message, and the bytes of window it gives back.
  mutating func take() -> (message: MessageDeframer.Message, released: Int)? {
    guard let first = messages.popFirst() else { return nil }
    held -= first.held
    buffered -= first.message.bytes.count + MessageDeframer.prefixBytes
    return (first.message, first.held)
  }

  /// Gives back what the incomplete message holds, if nothing is ahead of it.
  mutating func releaseIncomplete() -> Int {
    guard messages.isEmpty else { return 0 }
    held -= heldByIncomplete
    defer { heldByIncomplete = 0 }
    return heldByIncomplete
  }

  /// Gives back everything: nobody will take it.
  mutating func releaseAll() -> Int {
    messages = FIFO()
    deframer.reset()
    heldByIncomplete = 0
    buffered = 0
    defer { held = 0 }
    return held
  }
}
