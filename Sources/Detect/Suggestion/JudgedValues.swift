/// The values that a behavior with a threshold would have judged, worked out from what was reported
/// (evaluation.md 4). They say where to look for a threshold; what it would have raised says the engine.
struct JudgedValues {
  /// By rising value: counts, or ordered numbers.
  let rising: [Int64]

  /// - Parameters:
  ///   - values: of one metric, by time.
  ///   - duration: the window of counters, in milliseconds.
  ///   - wantsLess: whether the greatest sizes of messages of a bucket are judged, or the least.
  init(
    _ values: [ValueSample.Value], _ family: MetricFamily, bucket: Int64, duration: Int64,
    wantsLess: Bool
  ) {
    let amounts = values.compactMap { value in
      value.value.amount.map { (thing: value.thing, time: value.time, amount: $0) }
    }
    switch family {
    case .bucketedCounter, .bucketedSample:
      var buckets: [Place: Int64] = [:]
      for value in amounts {
        let place = Place(thing: value.thing, bucket: value.time / bucket)
        guard let before = buckets[place] else {
          buckets[place] = value.amount
          continue
        }
        buckets[place] =
          switch family {
          case .bucketedCounter: saturatingSum(before, value.amount)
          default: wantsLess ? max(before, value.amount) : min(before, value.amount)
          }
      }
      rising = buckets.values.sorted()
    case .reportedCounter:
      rising = Dictionary(grouping: amounts, by: \.thing).values.flatMap { values in
        Self.slidingSums(values.map { ($0.time, $0.amount) }, over: duration)
      }.sorted()
    case .reportedGauge: rising = amounts.map(\.amount).sorted()
    case .list: rising = []
    }
  }

  private struct Place: Hashable {
    var thing: Int
    var bucket: Int64
  }

  /// The sum of what lies in (time − length, time] at each time.
  private static func slidingSums(
    _ values: [(time: Int64, amount: Int64)], over length: Int64
  ) -> [Int64] {
    var sum: Int128 = 0
    var first = 0
    return values.map { value in
      sum += Int128(value.amount)
      while values[first].time <= value.time - length {
        sum -= Int128(values[first].amount)
        first += 1
      }
      return Int64(clamping: sum)
    }
  }
}

extension MetricValue {
  /// The count, or the number as a whole one of the same order; nil of a list.
  var amount: Int64? {
    switch self {
    case .count(let count): count
    case .number(let number): OrderedNumber.encode(number)
    case .cidrs, .ports, .numbers, .strings: nil
    }
  }
}
