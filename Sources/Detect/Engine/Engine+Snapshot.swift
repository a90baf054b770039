/// What changed since the last snapshot.
struct Unsaved: Sendable {
  /// Indices of things whose state changed, each once.
  var things: [Int] = []
  /// Retained values received.
  var retainedValues = 0
  /// The catalog's records to write, or nil to remove, by key.
  var catalog: [[UInt8]: [UInt8]?] = [:]

  mutating func note(_ change: Change) {
    let record = change.record
    catalog.updateValue(record.value, forKey: record.key)
  }
}

extension Engine {
  /// The first byte of a record's key: records load in the order of these.
  fileprivate enum RecordKind {
    static let settings: UInt8 = 0
    static let catalog: UInt8 = 1
    static let thing: UInt8 = 2
    static let counters: UInt8 = 3
  }

  /// Retained values received since the last snapshot: they wait in memory for the next one.
  package var unsavedValueCount: Int { unsaved.retainedValues }

  /// Encodes what changed since the last snapshot, and starts the next one.
  ///
  /// - Parameter position: the position of the last group that was applied.
  package mutating func takeSnapshot(at position: Int64) -> Snapshot {
    var records = unsaved.catalog.map { SnapshotRecord(key: $0.key, value: $0.value) }
    var chunks: [MetricValueChunk] = []
    for index in unsaved.things {
      records.append(
        SnapshotRecord(key: key(of: things[index].name), value: encoded(things[index])))
      chunks += MetricValueChunk.chunks(
        of: RetainedValue.decode(things[index].retained.bytes), thing: things[index].name,
        position: position)
      things[index].retained = ByteWriter()
      things[index].isChanged = false
    }
    records.append(SnapshotRecord(key: [RecordKind.settings], value: encodedSettings()))
    records.append(SnapshotRecord(key: [RecordKind.counters], value: encodedCounters()))
    unsaved = Unsaved()
    return Snapshot(position: position, records: records, metricValues: chunks)
  }

  /// Takes back one record of a snapshot; they come by rising key.
  package mutating func restore(_ record: SnapshotRecord) throws(StoreError) {
    guard let kind = record.key.first, let value = record.value else {
      throw .corrupt("a snapshot record without a key or a value")
    }
    var reader = ByteReader(value)
    switch kind {
    case RecordKind.settings:
      settings = try Settings(from: &reader)
      catalog.settings = settings
    case RecordKind.catalog:
      let change = try Change(from: &reader)
      _ = catalog.apply(change)
      if case .putProfile(let profile) = change {
        plans[profile.name] = ProfilePlan(
          profile, of: catalog.metrics, settings: settings, sharing: &sharedSets)
      }
    case RecordKind.thing: try restoreThing(from: &reader)
    case RecordKind.counters:
      clock = try reader.readInt64()
      lastSequence = try reader.readInt64()
      episodes = try reader.readInt64()
      closedThrough = try reader.readInt64()
      rateSecond = try reader.readInt64()
      rateCount = Int(truncatingIfNeeded: try reader.readInt64())
      reopenBuckets()
    default: throw .corrupt("a snapshot record of unknown kind \(kind)")
    }
    try reader.finish()
  }

  private func encodedSettings() -> [UInt8] {
    var writer = ByteWriter()
    settings.encode(to: &writer)
    return writer.bytes
  }

  private func encodedCounters() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(clock)
    writer.write(lastSequence)
    writer.write(episodes)
    writer.write(closedThrough)
    writer.write(rateSecond)
    writer.write(Int64(rateCount))
    return writer.bytes
  }

  /// Buckets that have not closed are found again in the windows.
  private mutating func reopenBuckets() {
    for (index, thing) in things.enumerated() {
      for window in thing.windows {
        for bucket in window.buckets where bucket.end > closedThrough {
          openBuckets[bucket.end, default: []].append(index)
        }
      }
    }
  }

  // MARK: Things

  private func key(of thing: ThingName) -> [UInt8] {
    [RecordKind.thing] + thing.text.utf8
  }

  private func encoded(_ thing: ThingState) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(thing.name.text)
    thing.reportIDs.encode(to: &writer)
    writer.write(thing.lastReportTime)
    let moving = thing.streaks.indices.filter { thing.streaks[$0] != Streak() }
    writer.write(list: moving) { writer, index in
      let streak = thing.streaks[index]
      writer.write(thing.coverage.slots[index].identity.profile)
      writer.write(thing.coverage.slots[index].identity.behavior)
      writer.write(streak.violating)
      writer.write(streak.conforming)
      writer.write(optional: streak.alarm) { alarms[$1].encode(to: &$0) }
    }
    writer.write(list: thing.windows) { $1.encode(to: &$0) }
    // Behind what the first version wrote, and only where there is something.
    let verified = thing.streaks.compactMap(\.alarm).map { alarms[$0] }
      .filter { $0.verification != .none }
      .map { ViolationVerification(violationID: $0.violationID, $0.verification) }
    if !verified.isEmpty { writer.write(list: verified) { $1.encode(to: &$0) } }
    return writer.bytes
  }

  private mutating func restoreThing(from reader: inout ByteReader) throws(StoreError) {
    let index = stateIndex(of: ThingName(try reader.readString()))
    things[index].reportIDs = try ReportIDMemory(from: &reader)
    things[index].lastReportTime = try reader.readInt64()
    for _ in 0..<(try reader.readCount()) {
      let identity = SlotIdentity(
        profile: try reader.readUInt32(), behavior: try reader.readUInt32())
      guard
        let slot = things[index].coverage.slots.firstIndex(where: { $0.identity == identity })
      else { throw .corrupt("a streak of a behavior that does not cover its thing") }
      things[index].streaks[slot].violating = try reader.readUInt8()
      things[index].streaks[slot].conforming = try reader.readUInt8()
      let alarm = try reader.readOptional { r throws(StoreError) in
        try Alarm(of: index, identity, from: &r)
      }
      if let alarm {
        earliestDatapoint = min(earliestDatapoint, alarm.lastDatapointTime)
        things[index].streaks[slot].alarm = alarms.insert(alarm)
      }
    }
    things[index].windows = try reader.readList { r throws(StoreError) in
      try MetricWindow(from: &r)
    }
    guard !reader.isAtEnd else { return }
    let verified = try reader.readList { r throws(StoreError) in
      try ViolationVerification(from: &r)
    }
    for said in verified {
      let places = things[index].streaks.compactMap(\.alarm)
      guard let place = places.first(where: { alarms[$0].violationID == said.violationID }) else {
        throw .corrupt("something was said of a violation that is not active")
      }
      alarms[place].verification = said.verification
    }
  }
}

extension Alarm {
  fileprivate func encode(to writer: inout ByteWriter) {
    writer.write(violationID)
    writer.write(startTime)
    writer.write(startSequence)
    writer.write(lastViolationTime)
    lastViolationValue.encode(to: &writer)
    writer.write(lastDatapointTime)
  }

  fileprivate init(
    of thing: Int, _ identity: SlotIdentity, from reader: inout ByteReader
  ) throws(StoreError) {
    self.init(
      thing: thing, identity: identity,
      violationID: try reader.readString(),
      startTime: try reader.readInt64(),
      startSequence: try reader.readInt64(),
      lastViolationTime: try reader.readInt64(),
      lastViolationValue: try MetricValue(from: &reader),
      lastDatapointTime: try reader.readInt64())
  }
}

extension MetricWindow {
  fileprivate func encode(to writer: inout ByteWriter) {
    writer.write(UInt64(metric.number))
    writer.write(list: buckets) { writer, bucket in
      writer.write(bucket.end)
      writer.write(bucket.sum)
      writer.write(bucket.least)
      writer.write(bucket.greatest)
      writer.write(bucket.last)
      writer.write(bucket.lastTime)
    }
    writer.write(list: values) { writer, value in
      writer.write(value.time)
      writer.write(value.value)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(StoreError) {
    self.init(metric: Metric(number: try reader.readUInt16()))
    buckets = try reader.readList { r throws(StoreError) in
      Bucket(
        end: try r.readInt64(), sum: try r.readInt64(), least: try r.readInt64(),
        greatest: try r.readInt64(), last: try r.readInt64(), lastTime: try r.readInt64())
    }
    values = try reader.readList { r throws(StoreError) in
      TimedValue(time: try r.readInt64(), value: try r.readInt64())
    }
  }
}

extension MetricValueChunk {
  /// One chunk per metric among the values.
  fileprivate static func chunks(
    of values: [RetainedValue], thing: ThingName, position: Int64
  ) -> [MetricValueChunk] {
    let byMetric = Dictionary(grouping: values, by: \.metric)
    return byMetric.sorted { $0.key.number < $1.key.number }.map { metric, values in
      var writer = ByteWriter()
      writer.write(list: values) { writer, value in
        writer.write(value.time)
        value.value.encode(to: &writer)
      }
      let times = values.map(\.time)
      return MetricValueChunk(
        thing: thing, metric: metric, position: position, firstTime: times.min() ?? 0,
        lastTime: times.max() ?? 0, values: writer.bytes)
    }
  }

  /// The chunk's values, in the order of their receipt.
  package func decoded() throws(StoreError) -> [MetricDatum] {
    var reader = ByteReader(values)
    let data = try reader.readList { r throws(StoreError) in
      MetricDatum(timestamp: try r.readInt64(), value: try MetricValue(from: &r))
    }
    try reader.finish()
    return data
  }
}

extension Change {
  /// The snapshot record that makes the change true when it is restored, or removes what it made untrue.
  fileprivate var record: SnapshotRecord {
    var key = ByteWriter()
    key.write(Engine.RecordKind.catalog)
    var isRemoval = false
    // The second byte orders the kinds; metrics, profiles and groups come before what refers to them.
    switch self {
    case .putCustomMetric(let metric):
      key.write(UInt8(0))
      key.write(metric.name)
    case .removeCustomMetric(let name):
      key.write(UInt8(0))
      key.write(name)
      isRemoval = true
    case .putProfile(let profile):
      key.write(UInt8(1))
      key.write(profile.name)
    case .removeProfile(let name):
      key.write(UInt8(1))
      key.write(name)
      isRemoval = true
    case .putGroup(let group):
      key.write(UInt8(2))
      key.write(group.name)
    case .removeGroup(let name):
      key.write(UInt8(2))
      key.write(name)
      isRemoval = true
    case .putThing(let thing):
      key.write(UInt8(3))
      key.write(thing.name.text)
    case .removeThing(let name):
      key.write(UInt8(3))
      key.write(name.text)
      isRemoval = true
    case .attach(let profile, let target):
      key.write(UInt8(4))
      key.write(profile)
      key.write(target.resource)
    case .detach(let profile, let target):
      key.write(UInt8(4))
      key.write(profile)
      key.write(target.resource)
      isRemoval = true
    case .join(let thing, let group):
      key.write(UInt8(5))
      key.write(thing.text)
      key.write(group)
    case .leave(let thing, let group):
      key.write(UInt8(5))
      key.write(thing.text)
      key.write(group)
      isRemoval = true
    case .putTags(let resource, let tags):
      key.write(UInt8(6))
      key.write(resource)
      isRemoval = tags.isEmpty
    case .giveMetricNumber:
      key.write(UInt8(7))
    }
    if isRemoval { return SnapshotRecord(key: key.bytes, value: nil) }
    var value = ByteWriter()
    encode(to: &value)
    return SnapshotRecord(key: key.bytes, value: value.bytes)
  }
}
