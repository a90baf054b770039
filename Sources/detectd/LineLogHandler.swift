import Glibc
import Logging

/// Writes each event of the log as one line on standard error.
///
///     2026-03-01T12:00:00.250Z info listening on 127.0.0.1:50051 data-dir=/srv/detect
///     {"time":"2026-03-01T12:00:00.250Z","level":"info","message":"listening on …","data-dir":"/srv/detect"}
struct LineLogHandler: LogHandler {
  var format: LogFormat
  var logLevel = Logger.Level.info
  var metadata: Logger.Metadata = [:]
  /// Milliseconds since the epoch, and the place for a line; tests give their own.
  var clock: @Sendable () -> Int64 = System.milliseconds
  var write: @Sendable (String) -> Void = System.writeError

  init(format: LogFormat) {
    self.format = format
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let metadata = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let fields = metadata.map { ($0.key, "\($0.value)") }
    let time = Self.timestamp(clock())
    let message = event.message.description
    switch format {
    case .text:
      let pairs = fields.map { " \($0.0)=\(plain($0.1))" }.joined()
      write("\(time) \(event.level) \(plain(message))\(pairs)\n")
    case .json:
      let all = [("time", time), ("level", "\(event.level)"), ("message", message)] + fields
      let pairs = all.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",")
      write("{\(pairs)}\n")
    }
  }

  /// A moment in UTC as RFC 3339 writes it.
  static func timestamp(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var date = unsafe tm()
    unsafe gmtime_r(&seconds, &date)
    let day = unsafe [date.tm_year + 1900, date.tm_mon + 1, date.tm_mday]
    let time = unsafe [date.tm_hour, date.tm_min, date.tm_sec]
    return day.map { padded($0) }.joined(separator: "-") + "T"
      + time.map { padded($0) }.joined(separator: ":")
      + "." + padded(Int32(milliseconds % 1000), to: 3) + "Z"
  }

  private static func padded(_ number: Int32, to width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// A text on one line: what a peer sends must not look like lines of ours.
  private func plain(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
  }

  /// A JSON string (RFC 8259, section 7).
  private func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
