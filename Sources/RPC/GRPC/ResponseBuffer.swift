/// The responses of one call that wait to be written, each with its prefix. They are copied once, into
/// their frames.
struct ResponseBuffer {
  private struct Response {
    let message: [UInt8]
    let isCompressed: Bool

    var count: Int { MessageDeframer.prefixBytes + message.count }
  }

  private var responses = FIFO<Response>()
  /// Bytes of the first that have been written.
  private var written = 0
  /// Bytes that wait.
  private(set) var count = 0

  mutating func append(_ message: [UInt8], isCompressed: Bool) {
    let response = Response(message: message, isCompressed: isCompressed)
    responses.append(response)
    count += response.count
  }

  /// Moves as many bytes as fit to `frame`.
  mutating func move(to frame: UnsafeMutableRawBufferPointer) -> Int {
    var filled = 0
    while filled < frame.count, let response = responses.first {
      filled += unsafe move(response, to: UnsafeMutableRawBufferPointer(rebasing: frame[filled...]))
      if written == response.count {
        _ = responses.popFirst()
        written = 0
      }
    }
    count -= filled
    return filled
  }

  private mutating func move(
    _ response: Response, to frame: UnsafeMutableRawBufferPointer
  ) -> Int {
    let prefix = MessageDeframer.prefixBytes
    var filled = 0
    while written < prefix, filled < frame.count {
      // Whether it is compressed; its length in big-endian.
      let shift = 8 * (prefix - 1 - written)
      unsafe frame[filled] =
        written == 0
        ? (response.isCompressed ? 1 : 0)
        : UInt8(truncatingIfNeeded: response.message.count >> shift)
      written += 1
      filled += 1
    }
    let count = min(response.count - written, frame.count - filled)
    guard count > 0 else { return filled }
    unsafe response.message.withUnsafeBytes { message in
      let start = written - prefix
      unsafe UnsafeMutableRawBufferPointer(rebasing: frame[filled...])
        .copyMemory(from: .init(rebasing: message[start..<start + count]))
    }
    written += count
    return filled + count
  }

  mutating func removeAll() {
    self = ResponseBuffer()
  }
}
