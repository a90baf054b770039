/// Callers that have proved who they are, so that they need not at each call.
///
/// Two generations: what is asked for moves to the young one; when that is half of the capacity, the
/// old one is forgotten and the young one becomes old. So what is in use stays, and nothing is sorted.
struct CallerCache<Key: Hashable & Sendable>: Sendable {
  private let capacity: Int
  private var young: [Key: Caller] = [:]
  private var old: [Key: Caller] = [:]

  init(capacity: Int) { self.capacity = capacity }

  /// Callers that are remembered.
  var count: Int { young.count + old.count }

  subscript(key: Key) -> Caller? {
    mutating get {
      if let caller = young[key] { return caller }
      guard let caller = old.removeValue(forKey: key) else { return nil }
      remember(caller, key)
      return caller
    }
    set { if let newValue { remember(newValue, key) } }
  }

  private mutating func remember(_ caller: Caller, _ key: Key) {
    young[key] = caller
    guard young.count >= capacity / 2 else { return }
    old = young
    young = [:]
  }
}
