extension ViolationExplanation {
  /// The explanation as the store keeps it.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(violationID)
    writer.write(thing.text)
    writer.write(securityProfileName)
    behavior.encode(to: &writer)
    writer.write(list: targets) { $0.write($1.resource) }
    writer.write(list: datapoints) { $1.encode(to: &$0) }
    return writer.bytes
  }

  /// Reads back what `encoded` wrote.
  package init(decoding bytes: [UInt8]) throws(StoreError) {
    var reader = ByteReader(bytes)
    self.init(
      violationID: try reader.readString(),
      thing: ThingName(try reader.readString()),
      securityProfileName: try reader.readString(),
      behavior: try Behavior(from: &reader),
      targets: try reader.readList { r throws(StoreError) in try r.readTarget() },
      datapoints: try reader.readList { r throws(StoreError) in
        try ExplainedDatapoint(from: &r)
      })
    try reader.finish()
  }
}

extension ExplainedDatapoint {
  func encode(to writer: inout ByteWriter) {
    writer.write(time)
    switch grounds {
    case .threshold(let threshold, let value):
      writer.write(UInt8(1))
      threshold.encode(to: &writer)
      value.encode(to: &writer)
    case .percentile(let threshold, let value, let rank):
      writer.write(UInt8(2))
      threshold.encode(to: &writer)
      value.encode(to: &writer)
      writer.write(count: rank.things)
      writer.write(count: rank.rank)
    case .elements(let fault):
      writer.write(UInt8(3))
      fault.elements.encode(to: &writer)
      writer.write(list: fault.networks) { $0.write($1) }
      writer.write(count: fault.count)
      writer.write(count: fault.listCount)
    }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    time = try reader.readInt64()
    switch try reader.readUInt8() {
    case 1:
      grounds = .threshold(try MetricValue(from: &reader), value: try MetricValue(from: &reader))
    case 2:
      grounds = .percentile(
        try MetricValue(from: &reader), value: try MetricValue(from: &reader),
        FleetRank(
          things: Int(truncatingIfNeeded: try reader.readUInt64()),
          rank: Int(truncatingIfNeeded: try reader.readUInt64())))
    case 3:
      grounds = .elements(
        ElementsAtFault(
          elements: try MetricValue(from: &reader),
          networks: try reader.readList { r throws(StoreError) in try r.readString() },
          count: Int(truncatingIfNeeded: try reader.readUInt64()),
          listCount: Int(truncatingIfNeeded: try reader.readUInt64())))
    case let kind: throw .corrupt("an explanation of unknown kind \(kind)")
    }
  }
}
