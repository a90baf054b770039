/// What a report would cost if judging cost nothing: reading and writing the cache lines of its thing's state,
/// one thing after the other, in memory of the same size and shape.
///
///     place in the table of names ──► state of the thing ──► its packed bytes
///             1 line                      3 lines              5 lines: header and name, ids, streaks, buckets, end of the log
///
/// Each arrow is a wait, since an address is known only when what is before it has come; the lines of one
/// stage come together. A thing's index depends on the one before, so that no two things overlap: reports
/// are too long for the processor to look ahead from one to the next.
struct CacheMisses {
  private var places: [UInt64]
  private var states: [UInt64]
  private var blocks: [UInt64]
  private let things: Int
  private let wordsPerState: Int
  private let wordsPerBlock: Int

  /// Bytes of a state in the table of things: two lines, which lie across three.
  static let stateBytes = 128

  init(things: Int, blockBytes: Int) {
    self.things = things
    wordsPerState = Self.stateBytes / 8
    wordsPerBlock = max(40, blockBytes / 8)
    var places = 64
    while places * 2 < things * 3 { places *= 2 }
    self.places = Array(repeating: 0, count: places)
    states = Array(repeating: 0, count: things * wordsPerState)
    blocks = Array(repeating: 0, count: things * wordsPerBlock)
  }

  /// Nanoseconds for one thing.
  mutating func measure() -> Double {
    var samples: [Double] = []
    var random: UInt64 = 1
    for _ in 0..<400 {
      let before = Meter.nanoseconds
      for _ in 0..<500 { random = visit(random) }
      samples.append(Double(Meter.nanoseconds - before) / 500)
    }
    return samples.median
  }

  /// Touches what belongs to a random thing. What is read is always 0, and decides what is read next.
  private mutating func visit(_ random: UInt64) -> UInt64 {
    let next = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let spread = next >> 32
    let place = places[Int((spread &* UInt64(places.count)) >> 32)]
    let thing = Int(((spread &+ place) &* UInt64(things)) >> 32)
    var seen: UInt64 = 0
    for line in 0..<3 {
      let word = thing * wordsPerState + min(line * 8, wordsPerState - 1)
      seen |= states[word]
      states[word] = seen
    }
    let block = (thing &+ Int(seen)) * wordsPerBlock
    for line in 0..<5 {
      let word = block + (line < 4 ? line * 8 : wordsPerBlock - 8)
      seen |= blocks[word]
      blocks[word] = seen
    }
    return next &+ seen
  }
}
