/// A finite number as a whole one that is ordered in the same way, so that windows, thresholds and ranks are
/// of one type whether a metric counts or measures.
///
/// The bits of a positive IEEE 754 number, read as a whole number, rise with it; those of a negative one
/// fall, so all but the sign are turned over:
///
///     number:   −2.0        −1.0        0.0        1.0        2.0
///     ordered:  −0x4000…1   −0x3ff0…1   0          0x3ff0…    0x4000…
///
/// Zero has one form, whatever its sign. It is the least that is not negative, here as there.
enum OrderedNumber {
  /// The whole number of a finite number.
  static func encode(_ number: Double) -> Int64 {
    let bits = Int64(bitPattern: (number == 0 ? 0 : number).bitPattern)
    return bits < 0 ? bits ^ Int64.max : bits
  }

  /// The number of a whole number that `encode` gave.
  static func decode(_ ordered: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: ordered < 0 ? ordered ^ Int64.max : ordered))
  }
}
