/// The messages of `bench.proto` on the wire. Everything is checked that a decoder checks: tags,
/// lengths, and that texts are UTF-8. The peer in Swift uses this file too, so it imports nothing.
enum Sample {
  /// What is no sample.
  struct Malformed: Error {}

  /// How many readings a serialized sample has.
  static func countReadings(of sample: [UInt8]) throws(Malformed) -> UInt64 {
    let bytes = sample.span
    var count: UInt64 = 0
    var reader = Reader(sample.indices)
    while let (field, value) = try reader.next(in: bytes) {
      switch (field, value) {
      case (1, .bytes(let range)): try checkText(bytes, in: range)
      case (2, .bytes(let range)):
        try checkReading(bytes, in: range)
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

  private static func checkReading(_ sample: Span<UInt8>, in range: Range<Int>) throws(Malformed) {
    var reader = Reader(range)
    while let (field, value) = try reader.next(in: sample) {
      if case (1, .bytes(let range)) = (field, value) { try checkText(sample, in: range) }
    }
  }

  private static func checkText(_ sample: Span<UInt8>, in range: Range<Int>) throws(Malformed) {
    var bits: UInt8 = 0
    for index in range { bits |= sample[index] }
    // Nearly every text is ASCII.
    guard bits >= 0x80 else { return }
    do { _ = try UTF8Span(validating: sample.extracting(range)) } catch { throw Malformed() }
  }

  private enum Value {
    case number(UInt64)
    case bytes(Range<Int>)
  }

  private struct Reader {
    private var position: Int
    private let end: Int

    init(_ range: Range<Int>) {
      position = range.lowerBound
      end = range.upperBound
    }

    mutating func next(in bytes: Span<UInt8>) throws(Malformed) -> (UInt64, Value)? {
      guard position < end else { return nil }
      let tag = try number(in: bytes)
      switch tag & 7 {
      case 0: return (tag >> 3, .number(try number(in: bytes)))
      case 2:
        let count = try number(in: bytes)
        guard count <= end - position else { throw Malformed() }
        defer { position += Int(count) }
        return (tag >> 3, .bytes(position..<position + Int(count)))
      default: throw Malformed()
      }
    }

    private mutating func number(in bytes: Span<UInt8>) throws(Malformed) -> UInt64 {
      var number: UInt64 = 0
      for shift: UInt64 in stride(from: 0, to: 64, by: 7) {
        guard position < end else { throw Malformed() }
        let byte = bytes[position]
        position += 1
        number |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return number }
      }
      throw Malformed()
    }
  }
}
