/// The things of an engine in the order of their names, as indices of its table.
///
/// The indices lie in chunks, as in `SortedList`; the names stay in the table. So a close or a change finds
/// its order made, and can leave off at any thing and go on behind it, also when things came in between.
///
///     names:   ant  bee  cam  dog  eel        table:  0 dog, 1 ant, 2 eel, 3 cam, 4 bee
///     chunks:  [ 1    4 ] [ 3    0    2 ]
struct NameOrder: Sendable {
  /// Where a walk stands; valid until a thing is inserted.
  struct Place {
    fileprivate var chunk: Int
    fileprivate var offset: Int
  }

  /// Indices per chunk: 4 KiB to move for an insertion.
  private static let chunkLimit = 1024

  /// None is empty.
  private var chunks: [[Int32]] = []

  /// Takes in a thing that is not there yet.
  ///
  /// - Parameter precedes: whether a thing's name comes before the new one's.
  mutating func insert(_ thing: Int, behind precedes: (Int) -> Bool) {
    // A snapshot loads its things by their names.
    if let last = chunks.last?.last, !precedes(Int(last)) {
      let place = place(behind: precedes)
      chunks[place.chunk].insert(Int32(thing), at: place.offset)
      split(place.chunk)
    } else {
      if chunks.last.map({ $0.count == Self.chunkLimit }) ?? true { chunks.append([]) }
      chunks[chunks.count - 1].append(Int32(thing))
    }
  }

  private mutating func split(_ chunk: Int) {
    guard chunks[chunk].count > Self.chunkLimit else { return }
    let half = Array(chunks[chunk][(Self.chunkLimit / 2)...])
    chunks[chunk].removeLast(half.count)
    chunks.insert(half, at: chunk + 1)
  }

  /// The place behind the things of which a walk has passed all: `isPassed` is true of a first part of the
  /// order and false of the rest.
  func place(behind isPassed: (Int) -> Bool) -> Place {
    // The first chunk that begins with a thing that is not passed; the place is in the one before it.
    let next = Self.firstIndex(below: chunks.count) { chunk in
      !isPassed(Int(chunks[chunk][0]))
    }
    guard next > 0 else { return Place(chunk: 0, offset: 0) }
    let things = chunks[next - 1]
    return Place(
      chunk: next - 1,
      offset: Self.firstIndex(below: things.count) { !isPassed(Int(things[$0])) })
  }

  /// The thing at the place, which moves on; nil at the end.
  func next(_ place: inout Place) -> Int? {
    while place.chunk < chunks.count {
      if place.offset < chunks[place.chunk].count {
        defer { place.offset += 1 }
        return Int(chunks[place.chunk][place.offset])
      }
      place = Place(chunk: place.chunk + 1, offset: 0)
    }
    return nil
  }

  /// The least index of which the condition is true, where it is true of all that follow; `count` for none.
  private static func firstIndex(below count: Int, where condition: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// A set of things: one bit for each index of the engine's table.
struct ThingSet: Sendable {
  private var words: [UInt64] = []
  private(set) var count = 0

  func contains(_ thing: Int) -> Bool {
    let word = thing / 64
    return word < words.count && words[word] >> UInt64(thing % 64) & 1 == 1
  }

  mutating func insert(_ thing: Int) {
    let word = thing / 64
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
    }
    let bit: UInt64 = 1 << UInt64(thing % 64)
    if words[word] & bit == 0 { count += 1 }
    words[word] |= bit
  }

  mutating func remove(_ thing: Int) {
    guard contains(thing) else { return }
    words[thing / 64] &= ~(1 << UInt64(thing % 64))
    count -= 1
  }

  /// The first thing of the set from this index on.
  func first(from thing: Int) -> Int? {
    var word = thing / 64
    guard word < words.count else { return nil }
    var rest = words[word] & (UInt64.max << UInt64(thing % 64))
    while rest == 0 {
      word += 1
      guard word < words.count else { return nil }
      rest = words[word]
    }
    return word * 64 + rest.trailingZeroBitCount
  }
}
