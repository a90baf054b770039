@testable import Detect

/// Where a close and a change are cut: the twin has the steps of the whole before it as a list, and does some of
/// them.
extension TwinEngine {
  /// What is done at once or not at all.
  enum Piece {
    /// So many steps that show nothing.
    case nothing(Int = 1)
    /// Finds out which silences end before a time.
    case findSilent(before: Int64)
    /// Ends the violation, if its last datapoint is still this one.
    case silence(Key, since: Int64)
    case close(Int64)
    case judge(String, bucketEnding: Int64, steps: Int)
    case closed(Int64)
    /// The thing's ended violations.
    case say([Said], steps: Int)
    case endOfAdvance

    var steps: Int {
      switch self {
      case .nothing(let steps), .judge(_, _, let steps), .say(_, let steps): steps
      case .findSilent, .silence, .close, .closed, .endOfAdvance: 0
      }
    }

    /// Whether it is done together with what is before it.
    var isAtOnce: Bool {
      switch self {
      case .nothing, .judge, .say, .silence: false
      case .findSilent, .close, .closed, .endOfAdvance: true
      }
    }
  }

  mutating func proceed(_ steps: Int) {
    var left = steps
    while left > 0 || pieces.first?.isAtOnce == true {
      let before = said.count
      if !pieces.isEmpty {
        let piece = pieces.removeFirst()
        left -= piece.steps
        perform(piece)
      } else if let horizon {
        let ends = Set(values.map { bucketEnd($0.time) }).filter { $0 > closed && $0 <= horizon }
        let violations = streaks.values.count { $0.alarm != nil }
        pieces = Array(repeating: .nothing(), count: violations / 4)
        pieces.append(.findSilent(before: ends.min() ?? horizon))
        pieces.append(ends.min().map { .close($0) } ?? .endOfAdvance)
      } else if !waiting.isEmpty {
        said.append(waiting.removeFirst())
      } else {
        break
      }
      left -= 16 * (said.count - before)
    }
    if pieces.isEmpty, waiting.isEmpty { isRollingOut = false }
  }

  private mutating func perform(_ piece: Piece) {
    switch piece {
    case .nothing: break
    case .findSilent(let limit): pieces = silences(before: limit) + pieces
    case .silence(let key, let last): endSilence(key, since: last)
    case .close(let end): pieces = closePieces(end) + [.closed(end)]
    case .judge(let thing, let end, _): judge(thing, end)
    case .closed(let end): closed = end
    case .say(let events, _): said += events
    case .endOfAdvance: horizon = nil
    }
  }

  private func silences(before limit: Int64) -> [Piece] {
    let silent = streaks.filter {
      $0.value.alarm.map { $0.lastDatapoint + settings.silence < limit } ?? false
    }
    .sorted { a, b in
      let (atA, atB) = (a.value.alarm?.lastDatapoint ?? 0, b.value.alarm?.lastDatapoint ?? 0)
      if atA != atB { return atA < atB }
      if a.key.thing != b.key.thing { return a.key.thing < b.key.thing }
      if a.key.profile != b.key.profile { return a.key.profile < b.key.profile }
      return a.value.order < b.value.order
    }
    return silent.map { .silence($0.key, since: $0.value.alarm?.lastDatapoint ?? 0) }
  }

  private mutating func endSilence(_ key: Key, since last: Int64) {
    guard let alarm = streaks[key]?.alarm, alarm.lastDatapoint == last else { return }
    streaks[key] = nil
    say(.alarmInvalidated, key, at: last + settings.silence, nil, alarm.id)
  }

  /// A step for each thing, and one more for each sixteen behaviors that judge it.
  private func stepsOfVisit(to thing: String) -> Int {
    1 + covering(thing).flatMap(\.behaviors).count { $0.criteria != nil } / 16
  }

  /// A visit of each thing that reported, one for each threshold, then visits of the things by name.
  private func closePieces(_ end: Int64) -> [Piece] {
    let reporting = Set(values.filter { bucketEnd($0.time) == end }.map(\.thing)).sorted()
    let thresholds = profiles.values.flatMap { profile in
      profile.behaviors.filter { behavior in
        behavior.criteria?.statistic != nil
          && !population(of: profile.name, behavior, end).isEmpty
      }
    }
    return reporting.map { .nothing(stepsOfVisit(to: $0)) } + thresholds.map { _ in .nothing() }
      + reporting.map { .judge($0, bucketEnding: end, steps: stepsOfVisit(to: $0)) }
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
    pieces = seenIDs.keys.sorted().map { thing in
      .say(ended.filter { $0.thing == thing }, steps: stepsOfVisit(to: thing))
    }
  }
}
