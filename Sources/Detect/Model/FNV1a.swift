/// The 64-bit FNV-1a hash of texts and numbers: the same on every machine and in every version, so that
/// what is made of it may be stored and given away. It resists accidents, not attackers.
struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Every text is framed by its length, so that no two lists run into the same bytes.
  mutating func combine(_ text: String?) {
    guard let text else { return combine(UInt64.max) }
    combine(UInt64(text.utf8.count))
    for byte in text.utf8 { combine(byte: byte) }
  }

  mutating func combine(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      combine(byte: UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  private mutating func combine(byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }
}
