extension Engine {
  /// Lets time pass: buckets close, oldest first, and silences end, merged in the order of their times
  /// (evaluation.md 6 and 8).
  mutating func advance(to now: Int64, _ events: inout [ViolationEvent]) {
    clock = max(clock, now)
    let horizon = clock - settings.grace
    while let end = openBuckets.keys.min(), end <= horizon {
      endSilences(before: end, &events)
      close(bucketEnding: end, &events)
    }
    // Said of the time and not of the buckets there were: those that a registration has emptied are no
    // longer known after a restart.
    closedThrough = max(closedThrough, bucketEnd(of: horizon) - settings.bucket)
    endSilences(before: horizon, &events)
  }

  // MARK: Closing a bucket

  /// Judges everything that is judged when the bucket closes: things by name, then slots in order.
  private mutating func close(bucketEnding end: Int64, _ events: inout [ViolationEvent]) {
    let reporting = Set(openBuckets.removeValue(forKey: end) ?? [])
      .sorted { things[$0].name < things[$1].name }
    let thresholds = thresholds(of: reporting, bucketEnding: end)
    for thing in reporting {
      for index in things[thing].coverage.slots.indices {
        let slot = things[thing].coverage.slots[index]
        guard let value = closingValue(of: thing, slot, bucketEnding: end) else { continue }
        let conforms: Bool
        switch slot.criterion {
        case .threshold(let comparison, let threshold):
          conforms = comparison.holds(value, threshold)
        case .percentile(let comparison, _):
          guard let threshold = thresholds[slot.identity] else { continue }
          conforms = comparison.holds(value, threshold.value)
        case .addresses, .ports, .numbers, .strings: continue
        }
        markChanged(thing)
        count(thing, slot, at: index, conforms: conforms, at: end, &events) {
          MetricValue(amount: value, slot.entry.rule.kind)
        } grounds: {
          .atClose(value, slot, thresholds[slot.identity])
        }
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

  /// The thresholds of the statistical behaviors at a close: the nearest rank among all reporting things
  /// of the profile (evaluation.md 5). A behavior with fewer than two values, or a negative one, has none.
  private func thresholds(of reporting: [Int], bucketEnding end: Int64) -> [SlotIdentity:
    FleetThreshold]
  {
    var populations:
      [SlotIdentity: (comparison: BehaviorRule.Comparison, hundredths: Int, values: [Int64])] = [:]
    for thing in reporting {
      for slot in things[thing].coverage.slots where slot.when == .acrossThings {
        guard case .percentile(let comparison, let hundredths) = slot.criterion,
          let value = closingValue(of: thing, slot, bucketEnding: end)
        else { continue }
        populations[slot.identity, default: (comparison, hundredths, [])].values.append(value)
      }
    }
    return populations.compactMapValues { population in
      guard population.values.count >= 2, population.values.allSatisfy({ $0 >= 0 }) else {
        return nil
      }
      let rank = nearestRank(hundredths: population.hundredths, of: population.values.count)
      return population.values.elements(atRanks: [rank - 1]).first.map {
        FleetThreshold(population.comparison, $0, of: population.values)
      }
    }
  }

  // MARK: Silence

  /// Invalidates the violations whose silence ends before the given time, by that time, then thing,
  /// profile and behavior.
  private mutating func endSilences(before limit: Int64, _ events: inout [ViolationEvent]) {
    guard earliestDatapoint < limit - settings.silence else { return }
    var silent: [(ended: Int64, thing: ThingName, index: Int, slot: Int)] = []
    earliestDatapoint = .max
    for alarm in alarms.all {
      guard alarm.lastDatapointTime < limit - settings.silence else {
        earliestDatapoint = min(earliestDatapoint, alarm.lastDatapointTime)
        continue
      }
      let state = things[alarm.thing]
      guard let slot = state.coverage.slots.firstIndex(where: { $0.identity == alarm.identity })
      else { preconditionFailure("an alarm outlived its behavior") }
      silent.append(
        (alarm.lastDatapointTime + settings.silence, state.name, alarm.thing, slot))
    }
    silent.sort { ($0.ended, $0.thing, $0.slot) < ($1.ended, $1.thing, $1.slot) }
    for violation in silent {
      let slot = things[violation.index].coverage.slots[violation.slot]
      let alarm = alarms.remove(slot.identity, from: &things[violation.index].alarms)
      things[violation.index].setStreak(Streak(), at: violation.slot)
      markChanged(violation.index)
      emit(.alarmInvalidated, alarm, slot, nil, at: violation.ended, &events)
    }
  }
}

/// The nearest rank, from 1, of a percentile given in hundredths of a per cent among `count` values.
func nearestRank(hundredths: Int, of count: Int) -> Int {
  max(1, (hundredths * count + 9999) / 10000)
}
