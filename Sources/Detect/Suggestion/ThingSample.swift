/// Some things of a target, chosen evenly whatever their number and order: those whose names have the
/// smallest hashes. The same things give the same sample.
struct ThingSample: Sendable {
  private var kept: [(hash: UInt64, name: ThingName)] = []
  /// Things seen.
  private(set) var count = 0

  /// The things of the sample, by name.
  var things: [ThingName] { smallest.map(\.name).sorted() }

  mutating func add(_ name: ThingName) {
    count += 1
    var hash = FNV1a()
    hash.combine(name.text)
    kept.append((scrambled(hash.value), name))
    if kept.count >= 2 * Limits.suggestionThings { kept = smallest }
  }

  private var smallest: [(hash: UInt64, name: ThingName)] {
    Array(
      kept.sorted { ($0.hash, $0.name) < ($1.hash, $1.name) }.prefix(Limits.suggestionThings))
  }
}

extension Engine {
  /// Adds to a sample those of some things that a target covers, from an index on, and gives the index to go
  /// on from, nil at the end. A step is short: everybody else waits for it.
  func sample(_ target: Target, from index: Int, into sample: inout ThingSample) -> Int? {
    let end = min(index + Limits.thingsPerSamplingStep, things.endIndex)
    for index in index..<end where catalog.isCovered(things[index].name, by: target) {
      sample.add(things[index].name)
    }
    return end < things.endIndex ? end : nil
  }

  /// The values of a thing that no snapshot holds yet, in the order of their receipt.
  func unsavedValues(of thing: ThingName) -> [RetainedValue] {
    guard let index = things.index(of: thing) else { return [] }
    return retained.values(through: things[index].retained)
  }
}

extension Catalog {
  /// Whether a target covers a thing.
  func isCovered(_ thing: ThingName, by target: Target) -> Bool {
    switch target {
    case .allThings: true
    case .registeredThings: things[thing] != nil
    case .unregisteredThings: things[thing] == nil
    case .thingGroup(let name):
      groups(ofThing: thing).elements.contains {
        $0 == name || ancestors(ofGroup: $0).contains(name)
      }
    }
  }
}
