/// The close of one bucket, in steps:
///
///     gather ──────────────────► select, then rank ────► judge
///     each reporting thing's     one threshold after       each reporting thing,
///     values, as the table lies  the other                 by its name
///
/// The windows that end with the bucket cannot change meanwhile, and neither can coverage: changes wait. So
/// population and thresholds are those of the first step, whatever reports come in between.
struct Closing: Sendable {
  enum Phase {
    /// Things from this index on are still to be asked.
    case gathering(from: Int)
    /// The thresholds of these behaviors are still to be selected, the last one first. Their order decides
    /// where a slice ends, so it is that of their numbers.
    case selecting([SlotIdentity])
    /// The last of these has its threshold. Its values from this place on are still to be held against it: what
    /// violates may have to be explained by its rank.
    case ranking([SlotIdentity], from: Int)
    /// Things behind this one are still to be judged.
    case judging(after: Int?)
  }

  /// The datapoints of one statistical behavior.
  struct Population {
    let comparison: BehaviorRule.Comparison
    let hundredths: Int
    var values: [Int64] = []

    /// The nearest rank (evaluation.md 5): none among fewer than two values, or where one is negative.
    var threshold: FleetThreshold? {
      guard values.count >= 2, values.allSatisfy({ $0 >= 0 }) else { return nil }
      let rank = nearestRank(hundredths: hundredths, of: values.count)
      return values.elements(atRanks: [rank - 1]).first.map {
        FleetThreshold(comparison, $0, count: values.count)
      }
    }
  }

  let end: Int64
  let reporting: ThingSet
  /// Things that are still to be judged.
  var left: Int
  var phase = Phase.gathering(from: 0)
  var populations: [SlotIdentity: Population] = [:]
  var thresholds: [SlotIdentity: FleetThreshold] = [:]

  init(bucketEnding end: Int64, of reporting: ThingSet) {
    self.end = end
    self.reporting = reporting
    left = reporting.count
  }

  var isDone: Bool { left == 0 }
}

extension Engine {
  /// Goes on with a close.
  mutating func proceed(
    _ closing: inout Closing, _ steps: inout Int, _ events: inout [ViolationEvent]
  ) {
    while steps > 0, !closing.isDone {
      switch closing.phase {
      case .gathering(let thing): gather(&closing, from: thing, &steps)
      case .selecting(let behaviors): select(&closing, behaviors, &steps)
      case .ranking(let behaviors, let place): rank(&closing, behaviors, from: place, &steps)
      case .judging(let thing): judge(&closing, after: thing, &steps, &events)
      }
    }
  }

  private func gather(_ closing: inout Closing, from first: Int, _ steps: inout Int) {
    var next = first
    while steps > 0, let thing = closing.reporting.first(from: next) {
      for slot in things[thing].coverage.slots where slot.when == .acrossThings {
        guard case .percentile(let comparison, let hundredths) = slot.criterion,
          let value = closingValue(of: thing, slot, bucketEnding: closing.end)
        else { continue }
        closing.populations[
          slot.identity,
          default: Closing.Population(comparison: comparison, hundredths: hundredths)
        ]
        .values.append(value)
      }
      next = thing + 1
      steps -= stepsOfVisit(to: thing)
    }
    guard closing.reporting.first(from: next) == nil else {
      closing.phase = .gathering(from: next)
      return
    }
    closing.phase = .selecting(closing.populations.keys.sorted())
  }

  /// Selects one threshold, or goes on where all are.
  private func select(
    _ closing: inout Closing, _ behaviors: [SlotIdentity], _ steps: inout Int
  ) {
    guard let next = behaviors.last, let population = closing.populations[next] else {
      closing.phase = .judging(after: nil)
      return
    }
    closing.thresholds[next] = population.threshold
    // A backtest explains nothing.
    closing.phase =
      rehearsal == nil && closing.thresholds[next] != nil
      ? .ranking(behaviors, from: 0) : .selecting(behaviors.dropLast())
    steps -= 1 + population.values.count / Work.valuesPerStep
  }

  /// Holds some values against their threshold.
  private func rank(
    _ closing: inout Closing, _ behaviors: [SlotIdentity], from place: Int, _ steps: inout Int
  ) {
    guard let last = behaviors.last, let values = closing.populations[last]?.values else {
      preconditionFailure("a threshold has lost its values")
    }
    let end = min(place + Work.valuesPerRun, values.count)
    closing.thresholds[last]?.add(values[place..<end])
    steps -= (end - place) / Work.valuesPerStep
    guard end == values.count else {
      closing.phase = .ranking(behaviors, from: end)
      return
    }
    closing.populations[last] = nil
    closing.phase = .selecting(behaviors.dropLast())
  }

  /// Judges everything that is judged when the bucket closes: things by name, then slots in order.
  private mutating func judge(
    _ closing: inout Closing, after last: Int?, _ steps: inout Int,
    _ events: inout [ViolationEvent]
  ) {
    var last = last
    var place = names.place { thing in last.map { !things[$0].precedes(things[thing]) } ?? false }
    while steps > 0, closing.left > 0, let thing = names.next(&place) {
      guard closing.reporting.contains(thing) else { continue }
      let told = events.count
      judge(thing, closing, &events)
      closing.left -= 1
      last = thing
      steps -= stepsOfVisit(to: thing) + Work.stepsPerEvent * (events.count - told)
    }
    closing.phase = .judging(after: last)
  }

  private mutating func judge(
    _ thing: Int, _ closing: Closing, _ events: inout [ViolationEvent]
  ) {
    for index in things[thing].coverage.slots.indices {
      let slot = things[thing].coverage.slots[index]
      guard let value = closingValue(of: thing, slot, bucketEnding: closing.end) else { continue }
      let conforms: Bool
      switch slot.criterion {
      case .threshold(let comparison, let threshold):
        conforms = comparison.holds(value, threshold)
      case .percentile(let comparison, _):
        guard let threshold = closing.thresholds[slot.identity] else { continue }
        conforms = comparison.holds(value, threshold.value)
      case .addresses, .ports, .numbers, .strings: continue
      }
      willChange(thing)
      count(thing, slot, at: index, conforms: conforms, at: closing.end, &events) {
        MetricValue(amount: value, slot.entry.rule.kind)
      } grounds: {
        .atClose(value, slot, closing.thresholds[slot.identity])
      }
    }
  }

  /// The value of a thing's datapoint at a close, nil where it has none (evaluation.md 4).
  private func closingValue(
    of thing: Int, _ slot: Coverage.Slot, bucketEnding end: Int64
  ) -> Int64? {
    guard slot.when != .onArrival,
      let window = things[thing].window(
        of: slot.metric, endingAt: end, length: slot.entry.rule.duration ?? settings.bucket,
        bucket: settings.bucket)
    else { return nil }
    switch window {
    case .sum(let sum): return sum
    case .last(let value, at: _): return value
    case .sample(let sum, let least, let greatest):
      guard case .threshold(let comparison, _) = slot.criterion else { return sum }
      switch comparison {
      case .lessThan, .lessThanOrEqual: return greatest
      case .greaterThan, .greaterThanOrEqual: return least
      }
    }
  }
}

/// The nearest rank, from 1, of a percentile given in hundredths of a per cent among `count` values.
func nearestRank(hundredths: Int, of count: Int) -> Int {
  max(1, (hundredths * count + 9999) / 10000)
}
