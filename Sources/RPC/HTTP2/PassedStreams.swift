/// The streams that a client has passed over: by opening a higher one it has closed them, and may not
/// open them any more (RFC 9113 section 5.1.1). nghttp2 drops what comes on them, as it drops trailers
/// that crossed a reset; only who knows which streams were open can tell the two apart.
///
///     1   3   5   .   .  11  13   .  17        last: 17
///                 ╰─7..<11╯       ╰─15..<17    gaps
struct PassedStreams {
  /// The highest stream that was opened, or −1.
  private var last: Int32 = -1
  private var gaps: [Range<Int32>] = []

  /// Takes note of HEADERS on a stream of a client. Says whether the stream was not passed over.
  mutating func mayCarryHeaders(_ stream: Int32) -> Bool {
    guard stream > last else { return !gaps.contains { $0.contains(stream) } }
    if stream > last + 2 {
      if gaps.count == Limits.rememberedStreamGaps { gaps.removeFirst() }
      gaps.append(last + 2..<stream)
    }
    last = stream
    return true
  }
}
