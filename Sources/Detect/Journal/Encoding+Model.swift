// How each noun is written and read. A noun's two functions stand together, so that they can be compared
// at a glance; an optional or a list is written by the caller.

extension MetricValue {
  func encode(to writer: inout ByteWriter) {
    switch self {
    case .count(let count):
      writer.write(UInt8(1))
      writer.write(count)
    case .cidrs(let texts):
      writer.write(UInt8(2))
      writer.write(list: texts) { $0.write($1) }
    case .ports(let ports):
      writer.write(UInt8(3))
      writer.write(list: ports) { $0.write($1) }
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

  init(from reader: inout ByteReader) throws(StoreError) {
    switch try reader.readUInt8() {
    case 1: self = .count(try reader.readInt64())
    case 2: self = .cidrs(try reader.readList { r throws(StoreError) in try r.readString() })
    case 3: self = .ports(try reader.readList { r throws(StoreError) in try r.readInt64() })
    case 4: self = .number(try reader.readDouble())
    case 5: self = .numbers(try reader.readList { r throws(StoreError) in try r.readDouble() })
    case 6: self = .strings(try reader.readList { r throws(StoreError) in try r.readString() })
    case let kind: throw .corrupt("metric value of unknown kind \(kind)")
    }
  }
}

extension MetricDimension {
  func encode(to writer: inout ByteWriter) {
    writer.write(dimensionName)
    writer.write(optional: dimensionValueOperator) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      dimensionName: try reader.readString(),
      dimensionValueOperator: try reader.readOptional { r throws(StoreError) in try r.readString() }
    )
  }
}

extension BehaviorCriteria {
  func encode(to writer: inout ByteWriter) {
    writer.write(optional: comparisonOperator) { $0.write($1) }
    writer.write(optional: value) { $1.encode(to: &$0) }
    writer.write(optional: durationSeconds) { $0.write($1) }
    writer.write(optional: consecutiveDatapointsToAlarm) { $0.write($1) }
    writer.write(optional: consecutiveDatapointsToClear) { $0.write($1) }
    writer.write(optional: statistic) { $0.write($1) }
    writer.write(optional: mlConfidenceLevel) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      comparisonOperator: try reader.readOptional { r throws(StoreError) in try r.readString() },
      value: try reader.readOptional { r throws(StoreError) in try MetricValue(from: &r) },
      durationSeconds: try reader.readOptional { r throws(StoreError) in try r.readInt64() },
      consecutiveDatapointsToAlarm:
        try reader.readOptional { r throws(StoreError) in try r.readInt64() },
      consecutiveDatapointsToClear:
        try reader.readOptional { r throws(StoreError) in try r.readInt64() },
      statistic: try reader.readOptional { r throws(StoreError) in try r.readString() },
      mlConfidenceLevel: try reader.readOptional { r throws(StoreError) in try r.readString() })
  }
}

extension Behavior {
  func encode(to writer: inout ByteWriter) {
    writer.write(name)
    writer.write(optional: metric) { $0.write($1) }
    writer.write(optional: metricDimension) { $1.encode(to: &$0) }
    writer.write(optional: criteria) { $1.encode(to: &$0) }
    writer.write(optional: suppressAlerts) { $0.write($1) }
    writer.write(optional: exportMetric) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      name: try reader.readString(),
      metric: try reader.readOptional { r throws(StoreError) in try r.readString() },
      metricDimension:
        try reader.readOptional { r throws(StoreError) in try MetricDimension(from: &r) },
      criteria: try reader.readOptional { r throws(StoreError) in try BehaviorCriteria(from: &r) },
      suppressAlerts: try reader.readOptional { r throws(StoreError) in try r.readBool() },
      exportMetric: try reader.readOptional { r throws(StoreError) in try r.readBool() })
  }
}

extension AlertTarget {
  func encode(to writer: inout ByteWriter) {
    writer.write(alertTargetARN)
    writer.write(roleARN)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(alertTargetARN: try reader.readString(), roleARN: try reader.readString())
  }
}

extension MetricToRetain {
  func encode(to writer: inout ByteWriter) {
    writer.write(metric)
    writer.write(optional: metricDimension) { $1.encode(to: &$0) }
    writer.write(optional: exportMetric) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      metric: try reader.readString(),
      metricDimension:
        try reader.readOptional { r throws(StoreError) in try MetricDimension(from: &r) },
      exportMetric: try reader.readOptional { r throws(StoreError) in try r.readBool() })
  }
}

extension SecurityProfile {
  func encode(to writer: inout ByteWriter) {
    writer.write(name)
    writer.write(optional: description) { $0.write($1) }
    writer.write(list: behaviors) { $1.encode(to: &$0) }
    writer.write(list: alertTargets.sorted { $0.key < $1.key }) { writer, target in
      writer.write(target.key)
      target.value.encode(to: &writer)
    }
    writer.write(list: additionalMetricsToRetain) { $1.encode(to: &$0) }
    writer.write(optional: metricsExportConfig) { writer, config in
      writer.write(config.mqttTopic)
      writer.write(config.roleARN)
    }
    writer.write(version)
    writer.write(creationDate)
    writer.write(lastModifiedDate)
    writer.write(number)
    writer.write(list: behaviorNumbers) { $0.write($1) }
    writer.write(nextBehaviorNumber)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      name: try reader.readString(),
      description: try reader.readOptional { r throws(StoreError) in try r.readString() },
      behaviors: try reader.readList { r throws(StoreError) in try Behavior(from: &r) },
      alertTargets: try reader.readDictionary { r throws(StoreError) in try AlertTarget(from: &r) },
      additionalMetricsToRetain:
        try reader.readList { r throws(StoreError) in try MetricToRetain(from: &r) },
      metricsExportConfig: try reader.readOptional { r throws(StoreError) in
        MetricsExportConfig(mqttTopic: try r.readString(), roleARN: try r.readString())
      },
      version: try reader.readInt64(),
      creationDate: try reader.readInt64(),
      lastModifiedDate: try reader.readInt64(),
      number: try reader.readUInt32(),
      behaviorNumbers: try reader.readList { r throws(StoreError) in try r.readUInt32() },
      nextBehaviorNumber: try reader.readUInt32())
  }
}

extension Thing {
  func encode(to writer: inout ByteWriter) {
    writer.write(name.text)
    writer.write(id)
    writer.write(optional: typeName) { $0.write($1) }
    writer.write(attributes: attributes)
    writer.write(optional: billingGroupName) { $0.write($1) }
    writer.write(version)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      name: ThingName(try reader.readString()),
      id: try reader.readString(),
      typeName: try reader.readOptional { r throws(StoreError) in try r.readString() },
      attributes: try reader.readDictionary { r throws(StoreError) in try r.readString() },
      billingGroupName: try reader.readOptional { r throws(StoreError) in try r.readString() },
      version: try reader.readInt64())
  }
}

extension ThingGroup {
  func encode(to writer: inout ByteWriter) {
    writer.write(name)
    writer.write(id)
    writer.write(optional: parent) { $0.write($1) }
    writer.write(optional: description) { $0.write($1) }
    writer.write(attributes: attributes)
    writer.write(version)
    writer.write(creationDate)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      name: try reader.readString(),
      id: try reader.readString(),
      parent: try reader.readOptional { r throws(StoreError) in try r.readString() },
      description: try reader.readOptional { r throws(StoreError) in try r.readString() },
      attributes: try reader.readDictionary { r throws(StoreError) in try r.readString() },
      version: try reader.readInt64(),
      creationDate: try reader.readInt64())
  }
}

extension CustomMetric {
  func encode(to writer: inout ByteWriter) {
    writer.write(name)
    writer.write(type.rawValue)
    writer.write(optional: displayName) { $0.write($1) }
    writer.write(UInt64(number))
    writer.write(clientRequestToken)
    writer.write(creationDate)
    writer.write(lastModifiedDate)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    let name = try reader.readString()
    let text = try reader.readString()
    guard let type = CustomMetricType(rawValue: text) else {
      throw .corrupt("a custom metric of unknown type in a record")
    }
    self.init(
      name: name, type: type,
      displayName: try reader.readOptional { r throws(StoreError) in try r.readString() },
      number: try reader.readUInt16(),
      clientRequestToken: try reader.readString(),
      creationDate: try reader.readInt64(),
      lastModifiedDate: try reader.readInt64())
  }
}

extension Dimension {
  func encode(to writer: inout ByteWriter) {
    writer.write(name)
    writer.write(type.rawValue)
    writer.write(list: stringValues) { $0.write($1) }
    writer.write(number)
    writer.write(clientRequestToken)
    writer.write(creationDate)
    writer.write(lastModifiedDate)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    let name = try reader.readString()
    let text = try reader.readString()
    guard let type = DimensionType(rawValue: text) else {
      throw .corrupt("a dimension of unknown type in a record")
    }
    self.init(
      name: name, type: type,
      stringValues: try reader.readList { r throws(StoreError) in
        let filter = try r.readString()
        guard (try? TopicFilter(filter)) != nil else {
          throw .corrupt("a topic filter that is none in a record")
        }
        return filter
      },
      number: try reader.readUInt32(),
      clientRequestToken: try reader.readString(),
      creationDate: try reader.readInt64(),
      lastModifiedDate: try reader.readInt64())
  }
}

extension Settings {
  func encode(to writer: inout ByteWriter) {
    writer.write(account.partition)
    writer.write(account.region)
    writer.write(account.id)
    writer.write(bucket)
    writer.write(grace)
    writer.write(silence)
    writer.write(minimumReportInterval)
    writer.write(Int64(windowCapacity))
    writer.write(Int64(thingCapacity))
    writer.write(enforcesRateQuotas)
    writer.write(metricValueRetention)
    writer.write(violationEventRetention)
    writer.write(Int64(snapshotJournalBytes))
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init()
    account = Account(
      partition: try reader.readString(), region: try reader.readString(),
      id: try reader.readString())
    bucket = try reader.readInt64()
    grace = try reader.readInt64()
    silence = try reader.readInt64()
    minimumReportInterval = try reader.readInt64()
    windowCapacity = Int(try reader.readInt64())
    thingCapacity = Int(try reader.readInt64())
    enforcesRateQuotas = try reader.readBool()
    metricValueRetention = try reader.readInt64()
    violationEventRetention = try reader.readInt64()
    snapshotJournalBytes = Int(try reader.readInt64())
    guard faults.isEmpty else { throw .corrupt("settings that contradict themselves in a record") }
  }
}

extension ByteWriter {
  /// Writes the pairs by rising key, so that equal dictionaries give equal bytes.
  fileprivate mutating func write(attributes: [String: String]) {
    write(list: attributes.sorted { $0.key < $1.key }) { writer, pair in
      writer.write(pair.key)
      writer.write(pair.value)
    }
  }
}

extension ByteReader {
  fileprivate mutating func readDictionary<Value>(
    _ body: (inout ByteReader) throws(StoreError) -> Value
  ) throws(StoreError) -> [String: Value] {
    var dictionary: [String: Value] = [:]
    for _ in 0..<(try readCount()) {
      let key = try readString()
      dictionary[key] = try body(&self)
    }
    return dictionary
  }
}
