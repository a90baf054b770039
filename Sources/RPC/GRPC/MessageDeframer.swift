/// Cuts the body of a request into messages, wherever the pieces it comes in begin and end.
///
///     ┌────────────┬─────────────────────┬───────────┐
///     │ compressed │ length, big-endian  │ message   │ …
///     │ 1 byte     │ 4 bytes             │           │
///     └────────────┴─────────────────────┴───────────┘
struct MessageDeframer {
  static let prefixBytes = 5

  /// A message as it is on the wire.
  struct Message {
    let bytes: [UInt8]
    let isCompressed: Bool
  }

  private let maxMessageBytes: Int
  private let allowsCompression: Bool
  /// The bytes of the prefix so far, as one number, and how many they are.
  private var prefix: UInt64 = 0
  private var prefixCount = 0
  private var message: [UInt8] = []
  /// What is missing of `message`; nil while the prefix is incomplete.
  private var missing: Int?

  init(maxMessageBytes: Int, allowsCompression: Bool) {
    self.maxMessageBytes = maxMessageBytes
    self.allowsCompression = allowsCompression
  }

  /// Whether a message has begun and is not complete.
  var isInsideMessage: Bool { prefixCount > 0 }

  /// Takes the bytes from `position` on, up to the end of a message, and moves `position` there.
  /// Gives the message, or nil when the bytes are used up before. Throws what the call shall end
  /// with if this is not a message or one that is too long; nothing may be fed after that.
  mutating func next(
    from bytes: Span<UInt8>, at position: inout Int
  ) throws(RPCStatus) -> Message? {
    while prefixCount < Self.prefixBytes {
      guard position < bytes.count else { return nil }
      prefix = prefix << 8 | UInt64(bytes[position])
      prefixCount += 1
      position += 1
    }
    let wanted = if let missing { missing } else { try checkedLength() }
    let count = min(wanted, bytes.count - position)
    unsafe bytes.extracting(position..<position + count).withUnsafeBufferPointer { piece in
      if message.isEmpty { message = unsafe Array(piece) } else { unsafe message += piece }
    }
    position += count
    missing = wanted - count
    guard count == wanted else { return nil }
    defer { reset() }
    return Message(bytes: message, isCompressed: prefix >> 32 == 1)
  }

  /// Forgets the message that is not complete.
  mutating func reset() {
    (prefix, prefixCount, missing) = (0, 0, nil)
    message = []
  }

  /// The length in the prefix, once it is known to be acceptable.
  private func checkedLength() throws(RPCStatus) -> Int {
    switch prefix >> 32 {
    case 0: break
    case 1 where allowsCompression: break
    case 1: throw RPCStatus(.internal, "compressed message without grpc-encoding")
    default: throw RPCStatus(.internal, "invalid flag of a message")
    }
    let length = Int(prefix & 0xffff_ffff)
    guard length <= maxMessageBytes else {
      throw RPCStatus(
        .resourceExhausted, "message of \(length) bytes is larger than \(maxMessageBytes)")
    }
    return length
  }
}
