import RPC

/// The messages of `bench.proto` on the wire. Everything is checked that a decoder checks: tags,
/// lengths, and that texts are UTF-8.
enum Sample {
  private static let malformed = RPCStatus(.invalidArgument, "malformed sample")

  /// How many readings a serialized sample has.
  static func countReadings(of sample: [UInt8]) throws(RPCStatus) -> UInt64 {
    var count: UInt64 = 0
    var reader = Reader(sample, in: sample.indices)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let range)): try checkText(sample, in: range)
      case (2, .bytes(let range)):
        try checkReading(sample, in: range)
        count += 1
      default: continue
      }
    }
    return count
  }

  /// A serialized total.
  static func total(_ count: UInt64) -> [UInt8] {
    var total: [UInt8] = []
    total.reserveCapacity(11)
    total.append(0x08)
    var rest = count
    while rest >= 0x80 {
      total.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    total.append(UInt8(rest))
    return total
  }

  private static func checkReading(_ sample: [UInt8], in range: Range<Int>) throws(RPCStatus) {
    var reader = Reader(sample, in: range)
    while let (field, value) = try reader.next() {
      if case (1, .bytes(let range)) = (field, value) { try checkText(sample, in: range) }
    }
  }

  private static func checkText(_ sample: [UInt8], in range: Range<Int>) throws(RPCStatus) {
    do { _ = try UTF8Span(validating: sample.span.extracting(range)) } catch { throw malformed }
  }

  private enum Value {
    case number(UInt64)
    case bytes(Range<Int>)
  }

  private struct Reader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    init(_ bytes: [UInt8], in range: Range<Int>) {
      self.bytes = bytes
      position = range.lowerBound
      end = range.upperBound
    }

    mutating func next() throws(RPCStatus) -> (UInt64, Value)? {
      guard position < end else { return nil }
      let tag = try number()
      switch tag & 7 {
      case 0: return (tag >> 3, .number(try number()))
      case 2:
        let count = try number()
        guard count <= end - position else { throw malformed }
        defer { position += Int(count) }
        return (tag >> 3, .bytes(position..<position + Int(count)))
      default: throw malformed
      }
    }

    private mutating func number() throws(RPCStatus) -> UInt64 {
      var number: UInt64 = 0
      for shift: UInt64 in stride(from: 0, to: 64, by: 7) {
        guard position < end else { throw malformed }
        let byte = bytes[position]
        position += 1
        number |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return number }
      }
      throw malformed
    }
  }
}
