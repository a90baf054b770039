/// The frozen sets of an engine's plans, equal ones once: the profiles of a fleet tend to name the same
/// networks, and what they share stays in the cache.
struct SharedSets: Sendable {
  private var networks = InternTable<CIDRSet>()
  private var ports = InternTable<PortSet>()

  /// The criterion with the set that an equal criterion has already, if one does.
  mutating func shared(_ criterion: BehaviorRule.Criterion) -> BehaviorRule.Criterion {
    switch criterion {
    case .addresses(let set, let within): .addresses(networks.intern(set), within: within)
    case .ports(let set, let within): .ports(ports.intern(set), within: within)
    case .threshold, .percentile, .numbers, .strings: criterion
    }
  }
}

/// One object for all equal ones. It forgets those that nobody else holds, but only when it has doubled, so
/// that an object costs the same however many there are.
struct InternTable<Element: AnyObject & Hashable & Sendable>: Sendable {
  private var elements: Set<Element> = []
  private var countToSweep = 64

  /// How many different objects are held, those included that nobody else holds.
  var count: Int { elements.count }

  /// The object equal to `element` that was here first.
  mutating func intern(_ element: Element) -> Element {
    let interned = elements.insert(element).memberAfterInsert
    if elements.count >= countToSweep { sweep() }
    return interned
  }

  private mutating func sweep() {
    var candidates = Array(elements)
    elements.removeAll()
    while var element = candidates.popLast() {
      if !isKnownUniquelyReferenced(&element) { elements.insert(element) }
    }
    countToSweep = max(64, 2 * elements.count)
  }
}
