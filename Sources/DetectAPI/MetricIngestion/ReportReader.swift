internal import Detect

/// Reads reports from the wire in the form in which clients write them, of the kinds of values that
/// devices measure: counts, numbers, ports and addresses.
///
/// Reports are most of what a server gets, and protobuf-c makes some thirty objects of each before
/// the first of its values is looked at. What is in any way unusual is left to it: another kind, a
/// topic, a field twice, an unknown one, a text beyond ASCII, and all that is malformed or refused. So
/// a report that is read here is one that the other way would have read as well, and the same.
struct ReportReader {
  /// A report that is left to the other way.
  struct Unusual: Error {}

  private struct Familiar {
    /// Where its name lies in the batch.
    var name: Range<Int>
    var metric: Metric
    var kind: MetricKind
  }

  private let metrics: MetricDefinitions
  /// The metric that stood last at each place of a report: things of a kind report the same ones, so
  /// that few names have to be looked up.
  private var familiar: [Familiar] = []

  /// A reader of one batch, of these metrics.
  init(of metrics: MetricDefinitions) { self.metrics = metrics }

  /// The report that lies in `range` of `bytes`, which are those of the batch.
  mutating func report(
    in bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Unusual) -> MetricReport {
    var fields = WireCursor(range)
    var (name, id, time): (String?, UInt64, Int64) = (nil, 0, 0)
    var datapoints: [ReportedDatapoint] = []
    datapoints.reserveCapacity(familiar.count)
    var seen = FieldSet()
    while let tag = try fields.tag(bytes) {
      switch tag {
      case WireTag.bytes(1) where seen.insert(1):
        name = try Self.thingName(in: bytes, fields.range(bytes))
      case WireTag.varint(2) where seen.insert(2): id = try fields.varint(bytes)
      case WireTag.varint(3) where seen.insert(3):
        time = Int64(bitPattern: try fields.varint(bytes))
      case WireTag.bytes(4) where datapoints.count < Detect.Limits.datapointsPerReport:
        let range = try fields.range(bytes)
        datapoints.append(try datapoint(in: bytes, range, place: datapoints.count))
      default: throw Unusual()
      }
    }
    guard let name, id > 0 else { throw Unusual() }
    return MetricReport(
      thing: ThingName(name), id: id, time: time == 0 ? nil : time, datapoints: datapoints)
  }

  /// Printable ASCII, and not too much of it.
  private static func thingName(
    in bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Unusual) -> String {
    guard (1...Detect.Limits.thingNameBytes).contains(range.count) else { throw Unusual() }
    let name = bytes.extracting(range)
    for index in name.indices where !(0x20...0x7e).contains(name[index]) { throw Unusual() }
    return text(name)
  }

  /// The text that these bytes are, which have been looked at.
  private static func text(_ bytes: Span<UInt8>) -> String {
    unsafe String(unsafeUninitializedCapacity: bytes.count) { text in
      for index in bytes.indices { unsafe text.initializeElement(at: index, to: bytes[index]) }
      return bytes.count
    }
  }

  private mutating func datapoint(
    in bytes: Span<UInt8>, _ range: Range<Int>, place: Int
  ) throws(Unusual) -> ReportedDatapoint {
    var fields = WireCursor(range)
    guard try fields.tag(bytes) == WireTag.bytes(1) else { throw Unusual() }
    let name = try fields.range(bytes)
    let (metric, kind) = try metric(named: name, in: bytes, place: place)
    guard try fields.tag(bytes) == WireTag.bytes(2) else { throw Unusual() }
    let value = try Self.value(in: bytes, fields.range(bytes), kind)
    guard fields.isAtEnd else { throw Unusual() }
    return ReportedDatapoint(metric: metric, value: value)
  }

  private mutating func metric(
    named name: Range<Int>, in bytes: Span<UInt8>, place: Int
  ) throws(Unusual) -> (Metric, MetricKind) {
    let text = bytes.extracting(name)
    if place < familiar.count, bytes.extracting(familiar[place].name).holdsTheSame(as: text) {
      return (familiar[place].metric, familiar[place].kind)
    }
    // What is no UTF-8 becomes a name that no metric has.
    let string = unsafe text.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    guard let found = metrics.named(string) else { throw Unusual() }
    let new = Familiar(name: name, metric: found.metric, kind: found.kind)
    if place < familiar.count { familiar[place] = new } else { familiar.append(new) }
    return (found.metric, found.kind)
  }

  private static func value(
    in bytes: Span<UInt8>, _ range: Range<Int>, _ kind: MetricKind
  ) throws(Unusual) -> ReportedValue {
    var fields = WireCursor(range)
    let value: ReportedValue
    switch (try fields.tag(bytes), kind) {
    case (WireTag.varint(1), .count):
      value = .count(Int64(bitPattern: try fields.varint(bytes)))
      if case .count(..<0) = value { throw Unusual() }
    case (WireTag.fixed64(4), .number):
      let number = Double(bitPattern: try fields.fixed64(bytes))
      guard number.isFinite else { throw Unusual() }
      value = .number(number)
    case (WireTag.bytes(2), .cidrs): value = try addresses(in: bytes, fields.range(bytes))
    case (WireTag.bytes(3), .ports): value = try ports(in: bytes, fields.range(bytes))
    default: throw Unusual()
    }
    guard fields.isAtEnd else { throw Unusual() }
    return value
  }

  private static func addresses(
    in bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Unusual) -> ReportedValue {
    var fields = WireCursor(range)
    var (texts, addresses): ([String], [IPAddress]) = ([], [])
    while let tag = try fields.tag(bytes) {
      guard tag == WireTag.bytes(1), texts.count < Detect.Limits.elementsPerDatapoint else {
        throw Unusual()
      }
      let address = bytes.extracting(try fields.range(bytes))
      guard let parsed = IPAddress(parsing: address) else { throw Unusual() }
      texts.append(text(address))
      addresses.append(parsed)
    }
    return .addresses(ReportedAddresses(texts: texts, addresses: addresses))
  }

  /// Ports, packed as proto3 packs numbers.
  private static func ports(
    in bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Unusual) -> ReportedValue {
    var fields = WireCursor(range)
    guard !fields.isAtEnd else { return .ports([]) }
    guard try fields.tag(bytes) == WireTag.bytes(1) else { throw Unusual() }
    var numbers = WireCursor(try fields.range(bytes))
    guard fields.isAtEnd else { throw Unusual() }
    var ports: [UInt16] = []
    while !numbers.isAtEnd {
      guard let port = UInt16(exactly: try numbers.varint(bytes)), port > 0,
        ports.count < Detect.Limits.elementsPerDatapoint
      else { throw Unusual() }
      ports.append(port)
    }
    return .ports(ports)
  }
}

/// A field's number and how its value is written, as one byte: those of numbers up to 15.
enum WireTag {
  static func varint(_ field: UInt8) -> UInt8 { field << 3 }
  static func fixed64(_ field: UInt8) -> UInt8 { field << 3 | 1 }
  static func bytes(_ field: UInt8) -> UInt8 { field << 3 | 2 }
}

/// Fields that have been met, up to the seventh.
private struct FieldSet {
  private var bits: UInt8 = 0

  /// False if the field has been met.
  mutating func insert(_ field: UInt8) -> Bool {
    defer { bits |= 1 << field }
    return bits >> field & 1 == 0
  }
}

/// Where a reader is in a message.
struct WireCursor {
  private var position: Int
  private let end: Int

  /// At the start of the message that lies in the range.
  init(_ range: Range<Int>) { (position, end) = (range.lowerBound, range.upperBound) }

  /// Whether all has been read.
  var isAtEnd: Bool { position == end }

  /// The next tag, if it is of one byte; nil at the end.
  mutating func tag(_ bytes: Span<UInt8>) throws(ReportReader.Unusual) -> UInt8? {
    guard position < end else { return nil }
    let tag = bytes[position]
    guard tag < 0x80 else { throw ReportReader.Unusual() }
    position += 1
    return tag
  }

  /// A number, of up to ten bytes.
  mutating func varint(
    _ bytes: Span<UInt8>, maxBytes: UInt64 = 10
  ) throws(ReportReader.Unusual) -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while position < end, shift < 7 * maxBytes {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw ReportReader.Unusual()
  }

  /// Eight bytes, little end first.
  mutating func fixed64(_ bytes: Span<UInt8>) throws(ReportReader.Unusual) -> UInt64 {
    guard end - position >= 8 else { throw ReportReader.Unusual() }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += 8
    return value
  }

  /// Where the bytes lie that a length announces; the cursor is behind them.
  mutating func range(_ bytes: Span<UInt8>) throws(ReportReader.Unusual) -> Range<Int> {
    let count = try varint(bytes, maxBytes: 5)
    guard count <= UInt64(end - position) else { throw ReportReader.Unusual() }
    let start = position
    position += Int(count)
    return start..<position
  }
}

extension Span<UInt8> {
  /// Whether the bytes are the same. It looks at all of them, many at once.
  fileprivate func holdsTheSame(as other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    for index in indices { unsafe difference |= self[unchecked: index] ^ other[unchecked: index] }
    return difference == 0
  }
}
