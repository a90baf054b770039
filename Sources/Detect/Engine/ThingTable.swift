/// The states of all things that ever reported, by number and by name.
///
/// A state never moves (`SegmentedArray`). Names are found in a table of places for twice as many
/// things at least as there are, where each place holds a part of the name's hash and the thing's number;
/// the name itself is only in the state.
///
///     places:    [ hash │ number ] [ – ] [ hash │ number ] …     sought from hash · (number of places) / 2³² on
///     states:    [ state 0 … state 1023 ] [ state 1024 … ] …
struct ThingTable: RandomAccessCollection, Sendable {
  private static let free = UInt64.max

  private var states = SegmentedArray<ThingState>()
  /// A power of two of them.
  private(set) var places: [UInt64] = Array(repeating: Self.free, count: 64)

  var startIndex: Int { 0 }
  var endIndex: Int { states.endIndex }

  subscript(index: Int) -> ThingState {
    _read { yield states[index] }
    _modify { yield &states[index] }
  }

  /// The number of the thing, nil where it never reported.
  func index(of name: ThingName) -> Int? {
    let hash = Self.hash(of: name)
    var place = home(of: hash)
    while places[place] != Self.free {
      let index = Int(places[place] & 0xffff_ffff)
      if places[place] >> 32 == hash, self[index].isNamed(name) { return index }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// Adds a thing that is not there yet, and returns its number.
  mutating func append(_ state: ThingState) -> Int {
    if (count + 1) * 3 > places.count * 2 { grow() }
    insert(Self.hash(of: state.name) << 32 | UInt64(count))
    states.append(state)
    return count - 1
  }

  private mutating func insert(_ entry: UInt64) {
    var place = home(of: entry >> 32)
    while places[place] != Self.free { place = (place + 1) & (places.count - 1) }
    places[place] = entry
  }

  /// Entries keep their order, since a hash's place is proportional to it: memory is read and written from
  /// one end to the other.
  private mutating func grow() {
    let entries = places
    places = Array(repeating: Self.free, count: entries.count * 2)
    for entry in entries where entry != Self.free { insert(entry) }
  }

  private func home(of hash: UInt64) -> Int { Int((hash * UInt64(places.count)) >> 32) }

  private static func hash(of name: ThingName) -> UInt64 {
    UInt64(UInt32(truncatingIfNeeded: name.hashValue))
  }
}
