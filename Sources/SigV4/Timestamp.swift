/// A moment in UTC as signatures have it: `20150830T123600Z`.
struct Timestamp: Equatable {
  /// Since the epoch.
  var seconds: Int64

  init(seconds: Int64) {
    self.seconds = seconds
  }

  /// Nil for what is not a moment in this form.
  init?(text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else {
      return nil
    }
    func number(_ range: Range<Int>) -> Int64? {
      let digits = bytes[range]
      guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
      return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
    guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
      let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15)
    else { return nil }
    self.init(
      seconds: Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
    // A month, day or hour that does not exist becomes another moment.
    guard self.text == text else { return nil }
  }

  var text: String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400)
    let (year, month, day) = Self.date(days)
    func padded(_ number: Int64, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(year, 4) + padded(month) + padded(day) + "T" + padded(rest / 3600)
      + padded(rest / 60 % 60) + padded(rest % 60) + "Z"
  }

  // The calendar, by years that begin in March: a leap day is then the last of its year, and the lengths of
  // the months before it are a straight line, rounded down.

  /// Days from the epoch to a date from 1970 on.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
  }

  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let index = (5 * dayOfYear + 2) / 153
    let month = index < 10 ? index + 3 : index - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1
    )
  }
}
