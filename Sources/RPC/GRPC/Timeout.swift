/// The `grpc-timeout` field: one to eight digits and a unit.
enum Timeout {
  /// The duration, or nil if the value breaks the rule.
  static func parse(_ value: Span<UInt8>) -> Duration? {
    guard (2...9).contains(value.count) else { return nil }
    var amount: Int64 = 0
    for index in 0..<value.count - 1 {
      let digit = Int64(value[index]) - Int64(UInt8(ascii: "0"))
      guard (0...9).contains(digit) else { return nil }
      amount = amount * 10 + digit
    }
    return switch value[value.count - 1] {
    case UInt8(ascii: "H"): .seconds(amount * 3_600)
    case UInt8(ascii: "M"): .seconds(amount * 60)
    case UInt8(ascii: "S"): .seconds(amount)
    case UInt8(ascii: "m"): .milliseconds(amount)
    case UInt8(ascii: "u"): .microseconds(amount)
    case UInt8(ascii: "n"): .nanoseconds(amount)
    default: nil
    }
  }
}
