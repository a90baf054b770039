extension Verification {
  /// What was said, as the history keeps it beside an event.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    encode(to: &writer)
    return writer.bytes
  }

  /// Reads back what `encoded` wrote.
  package init(decoding bytes: [UInt8]) throws(StoreError) {
    var reader = ByteReader(bytes)
    try self.init(from: &reader)
    try reader.finish()
  }

  func encode(to writer: inout ByteWriter) {
    writer.write(state.rawValue)
    writer.write(optional: description) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      try reader.readCase(of: VerificationState.self),
      description: try reader.readOptional { r throws(StoreError) in try r.readString() })
  }
}

extension ViolationVerification {
  func encode(to writer: inout ByteWriter) {
    writer.write(violationID)
    verification.encode(to: &writer)
  }

  init(from reader: inout ByteReader) throws(StoreError) {
    self.init(
      violationID: try reader.readString(), try Verification(from: &reader))
  }
}

extension ViolationEvent {
  /// The event as it is kept in the history, but for what a person says of it: that may change.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(sequence)
    writer.write(violationID)
    writer.write(thing.text)
    writer.write(securityProfileName)
    behavior.encode(to: &writer)
    writer.write(criteriaType.rawValue)
    writer.write(optional: metricValue) { $1.encode(to: &$0) }
    writer.write(type.rawValue)
    writer.write(time)
    return writer.bytes
  }

  /// Reads back what `encoded` wrote.
  package init(
    decoding bytes: [UInt8], verification: Verification = .none
  ) throws(StoreError) {
    var reader = ByteReader(bytes)
    self.init(
      sequence: try reader.readInt64(),
      violationID: try reader.readString(),
      thing: ThingName(try reader.readString()),
      securityProfileName: try reader.readString(),
      behavior: try Behavior(from: &reader),
      criteriaType: try reader.readCase(of: BehaviorCriteriaType.self),
      metricValue: try reader.readOptional { r throws(StoreError) in try MetricValue(from: &r) },
      type: try reader.readCase(of: ViolationEventType.self),
      time: try reader.readInt64(), verification: verification)
    try reader.finish()
  }
}

extension ByteReader {
  /// Reads an enum's raw value and refuses one that it does not have.
  mutating func readCase<Case: RawRepresentable>(
    of type: Case.Type
  ) throws(StoreError) -> Case where Case.RawValue == UInt8 {
    let raw = try readUInt8()
    guard let value = Case(rawValue: raw) else {
      throw .corrupt("\(type) of unknown value \(raw) in a record")
    }
    return value
  }
}
