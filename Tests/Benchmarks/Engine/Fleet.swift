import Detect

/// A fleet whose things report the same eight metrics, minute by minute.
///
/// Values and the time of a report within its second are random; so is the order in which things report. Things
/// are known by names that are too long to lie in a word, as names mostly are.
struct Fleet {
  struct Figures {
    var nanosecondsPerReport: Double
    var allocationsPerReport: Double
    var heapBytesPerThing: Int
    var residentBytesPerThing: Int
  }

  private let count: Int
  private var engine = Engine()
  private var now: Int64 = 1_700_000_000_000
  private var minute: UInt64 = 0
  private let bodies = Workload.bodies(512)
  private let heapBefore = Meter.heapBytes
  private let residentBefore = Meter.residentBytes
  /// Of batches that were measured: nanoseconds for one report.
  private var samples: [Double] = []
  private var allocations: UInt64 = 0

  /// A fleet that has lived for more than an hour, so that its windows are full.
  init(things: Int) {
    count = things
    _ = engine.apply(.changes(Workload.profile(Workload.tenBehaviors, of: engine.catalog), at: now))
    for _ in 0..<66 { report() }
    settle()
  }

  /// As many things in the states of another fleet's, as after a restart: an hour of a large fleet takes too long.
  init(things: Int, like model: inout Fleet) {
    let records = model.records
    count = things
    now = model.now
    minute = model.minute
    // Each record of a thing, those of the chunks of its report log included, begins with the thing's name: its length,
    // its bytes. The name is the end of its key as well.
    let length = Workload.name(of: 0).text.utf8.count
    let isThing = { (record: SnapshotRecord) in record.key.first == 2 }
    let byName = Dictionary(grouping: records.filter(isThing)) { Array($0.key.suffix(length)) }
    let states = Array(byName.values)
    _ = engine.apply(.changes(Workload.profile(Workload.tenBehaviors, of: engine.catalog), at: now))
    for thing in 0..<things {
      let name = Array(Workload.name(of: thing).text.utf8)
      for record in states[thing % states.count] {
        let rest = (record.value ?? []).dropFirst(1 + length)
        restore(
          SnapshotRecord(
            key: record.key.dropLast(length) + name, value: [UInt8(length)] + name + rest))
      }
    }
    if let counters = records.last { restore(counters) }
    for _ in 0..<3 { report() }
    settle()
  }

  /// Lets the things report for some minutes and measures them.
  mutating func measure() -> Figures {
    samples = []
    allocations = 0
    let minutes = max(2, 200_000 / count)
    for _ in 0..<minutes { report() }
    settle()
    return Figures(
      nanosecondsPerReport: samples.median,
      allocationsPerReport: Double(allocations) / Double(minutes * count),
      heapBytesPerThing: (Meter.heapBytes - heapBefore) / count,
      residentBytesPerThing: (Meter.residentBytes - residentBefore) / count)
  }

  /// One minute: every thing reports once, all within a second.
  private mutating func report() {
    minute += 1
    now += 60_000
    var order = Array(0..<Int32(count))
    order.shuffle()
    let size = 500
    for start in stride(from: 0, to: count, by: size) {
      let batch = order[start..<min(start + size, count)].map { thing in
        MetricReport(
          thing: Workload.name(of: Int(thing)), id: minute,
          datapoints: bodies[Int.random(in: bodies.indices)])
      }
      let time = now + Int64(1000 * start / count)
      let allocated = Meter.allocations
      let before = Meter.nanoseconds
      _ = engine.apply(.reports(batch, at: time))
      samples.append(Double(Meter.nanoseconds - before) / Double(batch.count))
      allocations += Meter.allocations - allocated
      // The same as the service does.
      if engine.unsavedByteCount >= Limits.unsavedBytes { engine.takeSnapshot() }
    }
    if engine.isDue(at: now) { _ = engine.apply(.advance(to: now)) }
  }

  /// Leaves nothing that waits for a snapshot.
  private mutating func settle() {
    engine.takeSnapshot()
    Meter.returnFreeMemory()
  }

  /// What the store of all things holds, by rising key: the counters are last. A snapshot writes what changed, so
  /// those of more than an hour together are all that is kept of a thing.
  private var records: [SnapshotRecord] {
    mutating get {
      var stored: [[UInt8]: [UInt8]?] = [:]
      for _ in 0..<70 {
        report()
        for record in engine.takeSnapshot() { stored.updateValue(record.value, forKey: record.key) }
      }
      return stored.filter { $0.value != nil }.map { SnapshotRecord(key: $0.key, value: $0.value) }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
  }

  private mutating func restore(_ record: SnapshotRecord) {
    do {
      try engine.restore(record)
    } catch {
      preconditionFailure("the engine refuses a record of its own: \(error)")
    }
  }
}
