/// The framed responses of one call that wait to be written.
struct ResponseBuffer {
  private var bytes: [UInt8] = []
  private var written = 0

  /// Bytes that wait.
  var count: Int { bytes.count - written }

  /// Appends a message with its prefix: whether it is compressed, length in big-endian.
  mutating func append(_ message: [UInt8], isCompressed: Bool) {
    let length = UInt32(message.count)
    bytes.reserveCapacity(bytes.count + MessageDeframer.prefixBytes + message.count)
    bytes.append(isCompressed ? 1 : 0)
    for shift: UInt32 in [24, 16, 8, 0] {
      bytes.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    bytes.append(contentsOf: message)
  }

  /// Moves as many bytes as fit to `frame`.
  mutating func move(to frame: UnsafeMutableRawBufferPointer) -> Int {
    let moved = min(count, frame.count)
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe frame.copyMemory(from: .init(rebasing: bytes[written..<written + moved]))
    }
    written += moved
    if written == bytes.count { removeAll() }
    return moved
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    written = 0
  }
}
