@testable import Detect

/// Where a close and a change are cut: the twin has the steps of the whole before it as a list, and does some of
/// them.
extension TwinEngine {
  /// What is done at once or not at all.
  enum Piece {
    /// One step that shows nothing.
    case nothing
    case judge(String, bucketEnding: Int64)
    /// The thing's ended violations.
    case say([Said])
  }

  mutating func proceed(_ steps: Int) {
    var left = steps
    while left > 0 {
      let before = said.count
      if !pieces.isEmpty {
        left -= 1
        perform(pieces.removeFirst())
        if pieces.isEmpty, let end = closing {
          closed = end
          closing = nil
        }
      } else if let horizon {
        let ends = Set(values.map { bucketEnd($0.time) }).filter { $0 > closed && $0 <= horizon }
        endSilences(before: ends.min() ?? horizon)
        closing = ends.min()
        if let end = closing { pieces = closePieces(end) } else { self.horizon = nil }
      } else if !waiting.isEmpty {
        said.append(waiting.removeFirst())
      } else {
        break
      }
      left -= 8 * (said.count - before)
    }
    if pieces.isEmpty, waiting.isEmpty { isRollingOut = false }
  }

  private mutating func perform(_ piece: Piece) {
    switch piece {
    case .nothing: break
    case .judge(let thing, let end): judge(thing, end)
    case .say(let events): said += events
    }
  }

  /// A step for each thing that reported, one for each threshold, then the things by name.
  private func closePieces(_ end: Int64) -> [Piece] {
    let reporting = Set(values.filter { bucketEnd($0.time) == end }.map(\.thing)).sorted()
    let thresholds = profiles.values.flatMap { profile in
      profile.behaviors.filter { behavior in
        behavior.criteria?.statistic != nil
          && !population(of: profile.name, behavior, end).isEmpty
      }
    }
    return reporting.map { _ in .nothing } + thresholds.map { _ in .nothing }
      + reporting.map { .judge($0, bucketEnding: end) }
  }

  /// Says what changes have ended: a change of profiles or targets goes to all things there are, one after
  /// the other.
  mutating func say(_ ended: [Said], of changes: [Change]) {
    let concernsAll = changes.contains { change in
      switch change {
      case .putProfile, .removeProfile, .attach, .detach: true
      default: false
      }
    }
    guard concernsAll else { return said += ended }
    isRollingOut = true
    pieces = seenIDs.keys.sorted().map { thing in .say(ended.filter { $0.thing == thing }) }
  }
}
