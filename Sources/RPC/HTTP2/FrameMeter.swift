/// Counts the frames a client sends, as they come off the wire, before nghttp2 sees them: nghttp2
/// takes any number of frames that are legal and useless, and does not tell of those it ignores.
///
///     ┌─────────┐ ┌────────┬──────┬───────┬────────┬─────────┐
///     │ preface │ │ length │ type │ flags │ stream │ payload │ …
///     │ 24      │ │ 3      │ 1    │ 1     │ 4      │ length  │
///     └─────────┘ └────────┴──────┴───────┴────────┴─────────┘
///
/// A frame of overhead (PING, SETTINGS, WINDOW_UPDATE, PRIORITY, RST_STREAM, GOAWAY, DATA without
/// data, an unknown type) is paid for from a budget. Frames that carry calls, in either direction,
/// pay into it, since windows, pings and resets come with them; so does time. Resets are counted once
/// more by themselves, for a call that is begun and reset pays for its reset.
struct FrameMeter {
  private enum FrameType {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let reset: UInt8 = 3
    static let continuation: UInt8 = 9
  }

  private enum Flag {
    static let endStream: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4
    static let padded: UInt8 = 0x8
  }

  private static let headBytes = 9

  private let maxBudget: Int
  private let maxResets: Int
  private var budget: Int
  private var resets: Int
  private var head: UInt64 = 0
  private var headCount = 0
  /// What is missing of the preface or of a payload.
  private var missing = 24
  /// Whether bytes may be awaited as long as it takes: between frames and inside DATA.
  private var mayPause = false
  private var isBlockOpen = false
  /// Frames that have arrived whole. A header block counts when it is complete.
  private(set) var completed = 0

  /// A meter that allows so many frames of overhead and so many resets.
  init(budget: Int, resets: Int) {
    maxBudget = budget
    maxResets = resets
    self.budget = budget
    self.resets = resets
  }

  /// Whether the client sent more overhead than its budget allows, or more resets.
  var isExceeded: Bool { budget < 0 || resets < 0 }

  /// Whether the client owes the rest of the preface, of a header block or of a frame beside DATA.
  var owesBytes: Bool { !mayPause }

  /// Fills the budget. Half of what calls have earned above it stays, since the overhead of a burst
  /// may come after it.
  mutating func refill(resets count: Int) {
    budget = max(budget / 2, maxBudget)
    resets = min(resets + count, maxResets)
  }

  /// A frame that carries a call went by, in whichever direction.
  mutating func earn() { budget += Limits.overheadFramesPerFrame }

  mutating func receive(_ bytes: Span<UInt8>) {
    var position = 0
    while position < bytes.count {
      if missing > 0 {
        let count = min(missing, bytes.count - position)
        position += count
        missing -= count
        if missing == 0 { endFrame() }
      } else {
        mayPause = false
        receiveHead(bytes, &position)
      }
    }
  }

  /// Takes a head, or a byte of one that does not come whole. Length, type and flags are looked at;
  /// the stream is not.
  private mutating func receiveHead(_ bytes: Span<UInt8>, _ position: inout Int) {
    if headCount == 0, bytes.count - position >= Self.headBytes {
      for index in position..<position + 5 { head = head << 8 | UInt64(bytes[index]) }
      position += Self.headBytes
      beginFrame()
    } else {
      if headCount < 5 { head = head << 8 | UInt64(bytes[position]) }
      headCount += 1
      position += 1
      if headCount == Self.headBytes { beginFrame() }
    }
  }

  private mutating func beginFrame() {
    let length = Int(head >> 16)
    let type = UInt8(truncatingIfNeeded: head >> 8)
    let flags = UInt8(truncatingIfNeeded: head)
    (head, headCount) = (0, 0)
    missing = length
    switch type {
    case FrameType.headers, FrameType.continuation:
      isBlockOpen = flags & Flag.endHeaders == 0
      if type == FrameType.headers { earn() }
    case FrameType.data:
      mayPause = true
      // The longest padding of a frame that holds nothing else is 255 bytes and their count.
      let isEmpty = length == 0 || flags & Flag.padded != 0 && length <= 256
      if isEmpty, flags & Flag.endStream == 0 { budget -= 1 } else { earn() }
    case FrameType.reset:
      budget -= 1
      resets -= 1
    default:
      budget -= 1
    }
    if missing == 0 { endFrame() }
  }

  private mutating func endFrame() {
    guard !isBlockOpen else { return }
    completed += 1
    // The preface has SETTINGS in it.
    mayPause = completed > 1
  }
}
