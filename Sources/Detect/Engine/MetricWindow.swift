/// What one thing measured of one numeric metric, as far back as a window may reach.
///
///     buckets:  [ end, sum, least, greatest, last ] [ … ]   one per bucket with a value, by rising end
///     values:   (time, value) (time, value) …               by rising time, only of reported counters: for
///                                                           windows that end at a report's time
struct MetricWindow: Hashable, Sendable {
  struct Bucket: Hashable, Sendable {
    /// The bucket holds values with end − length ≤ time < end.
    var end: Int64
    var sum: Int64
    var least: Int64
    var greatest: Int64
    var last: Int64
    var lastTime: Int64
  }

  struct TimedValue: Hashable, Sendable {
    var time: Int64
    var value: Int64
  }

  let metric: Metric
  var buckets: [Bucket] = []
  var values: [TimedValue] = []

  init(metric: Metric) {
    self.metric = metric
  }

  /// Adds one value to the bucket that ends at `end`. Returns whether the bucket is new.
  mutating func add(_ value: Int64, at time: Int64, bucketEnd end: Int64) -> Bool {
    var index = buckets.count
    while index > 0, buckets[index - 1].end > end { index -= 1 }
    guard index > 0, buckets[index - 1].end == end else {
      buckets.insert(
        Bucket(end: end, sum: value, least: value, greatest: value, last: value, lastTime: time),
        at: index)
      return true
    }
    index -= 1
    buckets[index].sum = saturatingSum(buckets[index].sum, value)
    buckets[index].least = min(buckets[index].least, value)
    buckets[index].greatest = max(buckets[index].greatest, value)
    if time >= buckets[index].lastTime {
      buckets[index].last = value
      buckets[index].lastTime = time
    }
    return false
  }

  /// Keeps one value for windows that end at a report's time; where they are too many, the earliest go.
  mutating func hold(_ value: Int64, at time: Int64, capacity: Int) {
    var index = values.count
    while index > 0, values[index - 1].time > time { index -= 1 }
    values.insert(TimedValue(time: time, value: value), at: index)
    if values.count > capacity { values.removeFirst(values.count - capacity) }
  }

  /// Forgets buckets ending at or before `bucketLimit` and values at or before `valueLimit`.
  mutating func prune(bucketsThrough bucketLimit: Int64, valuesThrough valueLimit: Int64) {
    let pastBuckets = buckets.prefix { $0.end <= bucketLimit }.count
    if pastBuckets > 0 { buckets.removeFirst(pastBuckets) }
    let pastValues = values.prefix { $0.time <= valueLimit }.count
    if pastValues > 0 { values.removeFirst(pastValues) }
  }

  /// The number of values after `time`.
  func valueCount(after time: Int64) -> Int {
    values.count - values.prefix { $0.time <= time }.count
  }

  func bucket(endingAt end: Int64) -> Bucket? {
    buckets.last { $0.end == end }
  }

  /// The buckets of the window of the given length that ends at `end`.
  func buckets(endingAt end: Int64, length: Int64) -> [Bucket] {
    buckets.filter { $0.end > end - length && $0.end <= end }
  }

  /// The sum of the values with time in (time − length, time].
  func sum(endingAt time: Int64, length: Int64) -> Int64 {
    var sum: Int64 = 0
    // From the latest back: a window is mostly shorter than what is held.
    for value in values.reversed() where value.time <= time {
      guard value.time > time - length else { break }
      sum = saturatingSum(sum, value.value)
    }
    return sum
  }
}

/// Adds two counts; stops at the greatest one (evaluation.md 3).
func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? .max : sum
}
