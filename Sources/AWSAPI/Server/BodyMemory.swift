internal import Synchronization

/// The bytes of bodies that are held for all requests together.
final class BodyMemory: Sendable {
  private let limit: Int
  private let held = Atomic(0)

  init(limit: Int) { self.limit = limit }

  /// Takes bytes in, unless there would be too many.
  func take(_ count: Int) -> Bool {
    let total = held.add(count, ordering: .relaxed).newValue
    guard total > limit else { return true }
    held.subtract(count, ordering: .relaxed)
    return false
  }

  /// Gives back what was taken.
  func give(_ count: Int) { held.subtract(count, ordering: .relaxed) }
}
