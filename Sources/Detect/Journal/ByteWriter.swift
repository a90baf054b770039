/// Appends values to bytes in the form in which journals, snapshots and events are kept.
///
/// Whole numbers are written seven bits a byte, lowest first, with the top bit saying that more follow;
/// signed ones are folded first (0, -1, 1, -2 … become 0, 1, 2, 3 …). Texts and lists are preceded by
/// their length. `ByteReader` reads them back in the same order.
struct ByteWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  init() {}

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  mutating func write(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func write(_ value: Int64) {
    write(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  mutating func write(_ value: UInt8) {
    bytes.append(value)
  }

  mutating func write(_ value: UInt32) {
    write(UInt64(value))
  }

  /// Appends what was written already.
  mutating func append(_ written: ArraySlice<UInt8>) {
    bytes.append(contentsOf: written)
  }

  mutating func write(count: Int) {
    write(UInt64(count))
  }

  mutating func write(_ value: Bool) {
    bytes.append(value ? 1 : 0)
  }

  mutating func write(_ value: Double) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
    }
  }

  mutating func write(_ text: String) {
    write(count: text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ blob: [UInt8]) {
    write(count: blob.count)
    bytes.append(contentsOf: blob)
  }

  /// Writes whether there is a value, and the value.
  mutating func write<Value>(
    optional value: Value?, _ body: (inout ByteWriter, Value) -> Void
  ) {
    write(value != nil)
    if let value { body(&self, value) }
  }

  /// Writes the number of elements, and each.
  mutating func write<Element>(
    list: [Element], _ body: (inout ByteWriter, Element) -> Void
  ) {
    write(count: list.count)
    for element in list { body(&self, element) }
  }
}
