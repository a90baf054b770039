import ArgumentParser
import Logging

/// Where to listen: "127.0.0.1:50051", "[::1]:50051", "localhost:0".
struct ListenAddress: Equatable, ExpressibleByArgument, CustomStringConvertible {
  var host: String
  var port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"),
      let port = UInt16(argument[argument.index(after: colon)...])
    else { return nil }
    var host = argument[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  var defaultValueDescription: String { description }

  /// Whether only this machine can connect.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// A time that is a number and its unit: "300s", "48h".
struct Span: Equatable, ExpressibleByArgument {
  var milliseconds: Int64

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  init(_ milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  init?(argument: String) {
    let digits = argument.prefix { ("0"..."9").contains($0) }
    let unit = argument.dropFirst(digits.count)
    guard let number = Int64(digits), let factor = Self.units.first(where: { $0.name == unit })
    else { return nil }
    guard number <= Limits.longestSpan / factor.milliseconds else { return nil }
    self.init(number * factor.milliseconds)
  }

  /// In the largest unit that divides it.
  var defaultValueDescription: String {
    guard milliseconds > 0 else { return "0s" }
    let unit = Self.units.first { milliseconds % $0.milliseconds == 0 }
    return unit.map { "\(milliseconds / $0.milliseconds)\($0.name)" } ?? "\(milliseconds)ms"
  }
}

/// How a line of the log is written.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
}

/// How severe an event must be to be logged.
struct LogLevel: ExpressibleByArgument {
  var level: Logger.Level

  init(_ level: Logger.Level) {
    self.level = level
  }

  init?(argument: String) {
    guard let level = Logger.Level(rawValue: argument) else { return nil }
    self.init(level)
  }

  static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
  var defaultValueDescription: String { level.rawValue }
}
