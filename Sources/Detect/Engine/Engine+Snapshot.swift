extension Engine {
  /// The first byte of a record's key: records load in the order of these.
  enum RecordKind {
    static let settings: UInt8 = 0
    static let catalog: UInt8 = 1
    static let thing: UInt8 = 2
    static let counters: UInt8 = 3
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
    case RecordKind.thing where record.key.dropFirst().first == 0:
      try restoreChunk(from: &reader)
    case RecordKind.thing: try restoreThing(from: &reader)
    case RecordKind.counters:
      guard unfinishedThings.isEmpty else { throw .corrupt("the record of a thing is missing") }
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

  func encodedSettings() -> [UInt8] {
    var writer = ByteWriter()
    settings.encode(to: &writer)
    return writer.bytes
  }

  func encodedCounters() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(clock)
    writer.write(lastSequence)
    writer.write(episodes)
    writer.write(closedThrough)
    writer.write(rateSecond)
    writer.write(Int64(rateCount))
    return writer.bytes
  }

  /// Buckets that have not closed are found again in what was measured.
  private mutating func reopenBuckets() {
    let horizon = horizon
    for index in things.indices {
      for end in things[index].bucketEnds(after: closedThrough, horizon) {
        openBuckets[end, default: ThingSet()].insert(index)
      }
    }
  }

  // MARK: Things

  func key(of thing: ThingName) -> [UInt8] {
    [RecordKind.thing] + thing.text.utf8
  }

  /// The record of a chunk of a thing's report log. They come before all things, as no name begins with a zero,
  /// so that things lie close to each other, of which most are written by every snapshot. The newest lie
  /// together, and so do the oldest.
  private func record(of chunk: LogChunk, of thing: ThingName) -> SnapshotRecord {
    let number = stride(from: 56, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: chunk.number >> $0)
    }
    let key = [RecordKind.thing, 0] + number + thing.text.utf8
    guard let rows = chunk.rows else { return SnapshotRecord(key: key, value: nil) }
    var writer = ByteWriter()
    writer.write(thing.text)
    writer.write(chunk.number)
    writer.append(rows[...])
    return SnapshotRecord(key: key, value: writer.bytes)
  }

  /// The record of a thing, and those of the chunks of its report log that have changed.
  mutating func records(ofThingAt index: Int, _ horizon: Horizon) -> [SnapshotRecord] {
    let name = things[index].name
    var writer = ByteWriter()
    writer.write(name.text)
    writer.write(things[index].lastReportTime)
    encodeStreaks(ofThingAt: index, to: &writer)
    let chunks = things[index].encodeMeasured(horizon, to: &writer)
    return [SnapshotRecord(key: key(of: name), value: writer.bytes)]
      + chunks.map { record(of: $0, of: name) }
  }

  private func encodeStreaks(ofThingAt index: Int, to writer: inout ByteWriter) {
    let thing = things[index]
    let streaks = thing.streaks
    writer.write(list: streaks.indices.filter { streaks[$0] != Streak() }) { writer, slot in
      let identity = thing.coverage.slots[slot].identity
      writer.write(identity.profile)
      writer.write(identity.behavior)
      writer.write(streaks[slot].violating)
      writer.write(streaks[slot].conforming)
      let place = streaks[slot].isInAlarm ? alarms.place(of: identity, from: thing.alarms) : nil
      writer.write(optional: place) { alarms[$1].encode(to: &$0) }
      let trace = TraceTable.Key(thing: index, identity: identity)
      writer.write(list: traces[trace]) { $1.encode(to: &$0) }
    }
  }

  private mutating func restoreThing(from reader: inout ByteReader) throws(StoreError) {
    let name = try reader.readThingName()
    let known = things.index(of: name)
    if let known, unfinishedThings.remove(known) == nil {
      throw .corrupt("two records of one thing")
    }
    let index = known ?? addThing(name)
    things[index].lastReportTime = try reader.readInt64()
    for _ in 0..<(try reader.readCount()) {
      let identity = SlotIdentity(
        profile: try reader.readUInt32(), behavior: try reader.readUInt32())
      guard
        let slot = things[index].coverage.slots.firstIndex(where: { $0.identity == identity })
      else { throw .corrupt("a streak of a behavior that does not cover its thing") }
      var streak = Streak()
      streak.violating = try reader.readUInt8()
      streak.conforming = try reader.readUInt8()
      let alarm = try reader.readOptional { r throws(StoreError) in
        try Alarm(of: index, identity, from: &r)
      }
      if let alarm {
        guard !things[index].streak(at: slot).isInAlarm else {
          throw .corrupt("two violations of one behavior and thing")
        }
        earliestDatapoint = min(earliestDatapoint, alarm.lastDatapointTime)
        alarms.insert(alarm, before: &things[index].alarms)
        streak.isInAlarm = true
      }
      traces[TraceTable.Key(thing: index, identity: identity)] = try reader.readList {
        r throws(StoreError) in try ExplainedDatapoint(from: &r)
      }
      guard streak.isPossible else { throw .corrupt("a streak that cannot be") }
      things[index].setStreak(streak, at: slot)
    }
    try things[index].restoreMeasured(from: &reader, bucket: settings.bucket)
  }

  private mutating func restoreChunk(from reader: inout ByteReader) throws(StoreError) {
    let name = try reader.readThingName()
    let index = things.index(of: name) ?? addThing(name)
    unfinishedThings.insert(index)
    try things[index].restoreChunk(try reader.readInt64(), from: &reader)
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
    verification.encode(to: &writer)
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
      lastDatapointTime: try reader.readInt64(),
      verification: try Verification(from: &reader))
  }
}

extension MetricValueChunk {
  /// The chunk's values of a metric, or all, in the order of their receipt.
  package func decoded(of wanted: Metric? = nil) throws(StoreError) -> [MetricDatum] {
    try values(where: { wanted == nil || $0 == wanted })
      .map { MetricDatum(timestamp: $0.time, value: $0.value) }
  }

  /// The chunk's values of some metrics, in the order of their receipt.
  func values(where isWanted: (Metric) -> Bool) throws(StoreError) -> [RetainedValue] {
    var reader = ByteReader(values)
    var data: [RetainedValue] = []
    for _ in 0..<(try reader.readCount()) {
      if let metric {
        data.append(
          RetainedValue(
            metric: metric, time: try reader.readInt64(), value: try MetricValue(from: &reader)))
      } else {
        data += try RetainedValue.ofReport(from: &reader)
      }
    }
    try reader.finish()
    return data.filter { isWanted($0.metric) }
  }
}

extension Change {
  /// The snapshot record that makes the change true when it is restored, or removes what it made untrue.
  var record: SnapshotRecord {
    var key = ByteWriter()
    key.write(Engine.RecordKind.catalog)
    var isRemoval = false
    // The second byte orders the kinds; metrics, dimensions, profiles and groups come before what refers to
    // them.
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
    case .putDimension(let dimension):
      // Before the profiles as well: among the metrics, of which none has an empty name.
      key.write(UInt8(0))
      key.write("")
      key.write(dimension.name)
    case .removeDimension(let name):
      key.write(UInt8(0))
      key.write("")
      key.write(name)
      isRemoval = true
    case .giveDimensionNumber:
      key.write(UInt8(8))
    }
    if isRemoval { return SnapshotRecord(key: key.bytes, value: nil) }
    var value = ByteWriter()
    encode(to: &value)
    return SnapshotRecord(key: key.bytes, value: value.bytes)
  }
}
