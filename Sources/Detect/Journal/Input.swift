/// What the engine is told, one after another. The same inputs in the same order give the same state and
/// the same events, so the journal of inputs is the service's memory.
package enum Input: Hashable, Sendable {
  /// Reports in the order of their batch, received at the given time (milliseconds since the epoch).
  case reports([MetricReport], at: Int64)
  /// Changes that become true together. Where they concern every thing, at most so many steps are done at
  /// once to reach them.
  case changes([Change], at: Int64, steps: Int = .max)
  /// Time has come to this point: buckets close and silences end, at most so many steps of it at once.
  case advance(to: Int64, steps: Int = .max)
  /// Goes on with the work of a change or an advance that has steps left, for at most so many.
  case proceed(steps: Int)
  /// From here on these settings hold. They decide what inputs mean, so they are in the journal too.
  case configure(Settings)
  /// A person has said what a violation was.
  case verify(ViolationVerification, at: Int64)
}

extension Input {
  func encode(to writer: inout ByteWriter) {
    switch self {
    case .reports(let reports, let time):
      writer.write(UInt8(1))
      writer.write(time)
      writer.write(list: reports) { $1.encode(to: &$0) }
    case .changes(let changes, let time, let steps):
      writer.write(UInt8(steps == .max ? 2 : 6))
      writer.write(time)
      writer.write(list: changes) { $1.encode(to: &$0) }
      if steps != .max { writer.write(count: steps) }
    case .advance(let time, let steps):
      writer.write(UInt8(steps == .max ? 3 : 7))
      writer.write(time)
      if steps != .max { writer.write(count: steps) }
    case .proceed(let steps):
      writer.write(UInt8(8))
      writer.write(count: steps)
    case .configure(let settings):
      writer.write(UInt8(4))
      settings.encode(to: &writer)
    case .verify(let said, let time):
      writer.write(UInt8(5))
      writer.write(time)
      said.encode(to: &writer)
    }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    switch try reader.readUInt8() {
    case 1:
      let time = try reader.readInt64()
      self = .reports(
        try reader.readList { r throws(StoreError) in try MetricReport(from: &r) }, at: time)
    case let kind where kind == 2 || kind == 6:
      let time = try reader.readInt64()
      let changes = try reader.readList { r throws(StoreError) in try Change(from: &r) }
      self = .changes(changes, at: time, steps: kind == 2 ? .max : try reader.readSteps())
    case 3: self = .advance(to: try reader.readInt64())
    case 4: self = .configure(try Settings(from: &reader))
    case 5:
      let time = try reader.readInt64()
      self = .verify(try ViolationVerification(from: &reader), at: time)
    case 7: self = .advance(to: try reader.readInt64(), steps: try reader.readSteps())
    case 8: self = .proceed(steps: try reader.readSteps())
    case let kind: throw .corrupt("journal input of unknown kind \(kind)")
    }
  }
}

extension MetricReport {
  func encode(to writer: inout ByteWriter) {
    writer.write(thing.text)
    writer.write(id)
    writer.write(optional: time) { $0.write($1) }
    writer.write(count: datapoints.count)
    var topics = topics[...]
    for (place, datapoint) in datapoints.enumerated() {
      writer.write(UInt64(datapoint.metric.number))
      if let topic = topics.first, topic.datapoint == place {
        topics.removeFirst()
        writer.write(Self.topicTag)
        writer.write(topic.topic)
      }
      datapoint.value.encode(to: &writer)
    }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    let thing = try reader.readThingName()
    let id = try reader.readUInt64()
    let time = try reader.readOptional { r throws(StoreError) in try r.readInt64() }
    var topics: [ReportedTopic] = []
    var datapoints: [ReportedDatapoint] = []
    for place in 0..<(try reader.readCount()) {
      let metric = Metric(number: try reader.readUInt32())
      var tag = try reader.readUInt8()
      if tag == Self.topicTag {
        topics.append(ReportedTopic(datapoint: place, topic: try reader.readString()))
        tag = try reader.readUInt8()
      }
      datapoints.append(
        ReportedDatapoint(metric: metric, value: try ReportedValue(tag: tag, from: &reader)))
    }
    self.init(thing: thing, id: id, time: time, datapoints: datapoints, topics: topics)
  }

  /// A topic stands before the value of its datapoint, behind a tag that no value has.
  private static let topicTag: UInt8 = 255
}

/// Written as the same bytes as a `MetricValue`, so that a retained value is read back as one.
extension ReportedValue {
  func encode(to writer: inout ByteWriter) {
    switch self {
    case .count(let count):
      writer.write(UInt8(1))
      writer.write(count)
    case .addresses(let addresses):
      writer.write(UInt8(2))
      writer.write(list: addresses.texts) { $0.write($1) }
    case .ports(let ports):
      writer.write(UInt8(3))
      writer.write(list: ports) { $0.write(Int64($1)) }
    case .number(let number):
      writer.write(UInt8(4))
      writer.write(number)
    case .numbers(let numbers):
      writer.write(UInt8(5))
      writer.write(list: numbers) { $0.write($1) }
    case .strings(let texts):
      writer.write(UInt8(6))
      writer.write(list: texts) { $0.write($1) }
    }
  }

  init(tag: UInt8, from reader: inout ByteReader) throws(StoreError) {
    switch tag {
    case 1: self = .count(try reader.readInt64())
    case 2:
      let texts = try reader.readList { r throws(StoreError) in try r.readString() }
      let addresses = texts.compactMap { IPAddress($0) }
      guard addresses.count == texts.count else {
        throw .corrupt("an address that does not parse in a record")
      }
      self = .addresses(ReportedAddresses(texts: texts, addresses: addresses))
    case 3:
      self = .ports(
        try reader.readList { r throws(StoreError) in
          guard let port = UInt16(exactly: try r.readInt64()) else {
            throw .corrupt("a port that is none in a record")
          }
          return port
        })
    case 4: self = .number(try reader.readDouble())
    case 5: self = .numbers(try reader.readList { r throws(StoreError) in try r.readDouble() })
    case 6: self = .strings(try reader.readList { r throws(StoreError) in try r.readString() })
    default: throw .corrupt("reported value of unknown kind \(tag)")
    }
  }
}

extension Change {
  func encode(to writer: inout ByteWriter) {
    switch self {
    case .putProfile(let profile):
      writer.write(UInt8(1))
      profile.encode(to: &writer)
    case .removeProfile(let name):
      writer.write(UInt8(2))
      writer.write(name)
    case .attach(let profile, let target):
      writer.write(UInt8(3))
      writer.write(profile)
      writer.write(target.resource)
    case .detach(let profile, let target):
      writer.write(UInt8(4))
      writer.write(profile)
      writer.write(target.resource)
    case .putThing(let thing):
      writer.write(UInt8(5))
      thing.encode(to: &writer)
    case .removeThing(let name):
      writer.write(UInt8(6))
      writer.write(name.text)
    case .putGroup(let group):
      writer.write(UInt8(7))
      group.encode(to: &writer)
    case .removeGroup(let name):
      writer.write(UInt8(8))
      writer.write(name)
    case .join(let thing, let group):
      writer.write(UInt8(9))
      writer.write(thing.text)
      writer.write(group)
    case .leave(let thing, let group):
      writer.write(UInt8(10))
      writer.write(thing.text)
      writer.write(group)
    case .putTags(let resource, let tags):
      writer.write(UInt8(11))
      writer.write(resource)
      writer.write(list: tags) { writer, tag in
        writer.write(tag.key)
        writer.write(tag.value)
      }
    case .putCustomMetric(let metric):
      writer.write(UInt8(12))
      metric.encode(to: &writer)
    case .removeCustomMetric(let name):
      writer.write(UInt8(13))
      writer.write(name)
    case .giveMetricNumber(let number):
      writer.write(UInt8(14))
      writer.write(UInt64(number))
    case .putDimension(let dimension):
      writer.write(UInt8(15))
      dimension.encode(to: &writer)
    case .removeDimension(let name):
      writer.write(UInt8(16))
      writer.write(name)
    case .giveDimensionNumber(let number):
      writer.write(UInt8(17))
      writer.write(number)
    }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    switch try reader.readUInt8() {
    case 1: self = .putProfile(try SecurityProfile(from: &reader))
    case 2: self = .removeProfile(try reader.readString())
    case 3: self = .attach(profile: try reader.readString(), try reader.readTarget())
    case 4: self = .detach(profile: try reader.readString(), try reader.readTarget())
    case 5: self = .putThing(try Thing(from: &reader))
    case 6: self = .removeThing(ThingName(try reader.readString()))
    case 7: self = .putGroup(try ThingGroup(from: &reader))
    case 8: self = .removeGroup(try reader.readString())
    case 9: self = .join(ThingName(try reader.readString()), group: try reader.readString())
    case 10: self = .leave(ThingName(try reader.readString()), group: try reader.readString())
    case 11:
      self = .putTags(
        resource: try reader.readString(),
        try reader.readList { r throws(StoreError) in
          Tag(key: try r.readString(), value: try r.readString())
        })
    case 12: self = .putCustomMetric(try CustomMetric(from: &reader))
    case 13: self = .removeCustomMetric(try reader.readString())
    case 14: self = .giveMetricNumber(try reader.readUInt16())
    case 15: self = .putDimension(try Dimension(from: &reader))
    case 16: self = .removeDimension(try reader.readString())
    case 17: self = .giveDimensionNumber(try reader.readUInt32())
    case let kind: throw .corrupt("change of unknown kind \(kind)")
    }
  }
}

extension ByteReader {
  fileprivate mutating func readSteps() throws(StoreError) -> Int {
    guard let steps = Int(exactly: try readUInt64()) else {
      throw .corrupt("a number of steps over 63 bits in a record")
    }
    return steps
  }

  /// A name as reports carry it; things are found by such names only.
  mutating func readThingName() throws(StoreError) -> ThingName {
    let name = try readString()
    guard name.utf8.count <= Limits.thingNameBytes else {
      throw .corrupt("a thing name of \(name.utf8.count) bytes in a record")
    }
    return ThingName(name)
  }

  mutating func readTarget() throws(StoreError) -> Target {
    let resource = try readString()
    guard let target = Target(resource: resource) else {
      throw .corrupt("a target that is none in a record: \(resource)")
    }
    return target
  }
}
