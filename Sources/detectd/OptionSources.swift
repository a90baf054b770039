import ArgumentParser
import FoundationEssentials

/// Where options come from beside the command line.
///
///     file ──► environment ──► command line      the last one wins
///
/// Each source is turned into arguments, so that there is one way to read, check and explain a value.
enum OptionSources {
  /// The options that the environment and the file may have.
  static let names =
    ["data-dir", "listen", "aws-listen", "log-format", "log-level"]
    + ["tls-certificate", "tls-key", "tls-client-ca", "tls-client-certificate"]
    + ["token-issuer", "token-audience", "token-keys", "access-keys", "access-policy"]
    + ["partition", "region", "account-id"]
    + [
      "bucket", "grace", "silence", "minimum-report-interval", "window-capacity", "thing-capacity",
    ]
    + [
      "alert-targets", "alert-concurrency", "alert-rate", "alert-expiry", "alert-digest-threshold",
    ]
    + ["mqtt", "mqtt-ca", "mqtt-certificate", "mqtt-key", "mqtt-client-id"]
    + ["mqtt-username", "mqtt-password-file", "mqtt-topic-prefix"]
    + ["metric-value-retention", "violation-event-retention", "snapshot-journal-bytes"]
    + ["commit-delay"]
    + switches
  /// Those of them that are true or false.
  static let switches = ["insecure", "rate-quotas"]

  /// The arguments of all sources, in the order in which later ones win.
  static func arguments(
    commandLine: [String], config: String?, environment: [String: String]
  ) throws(ValidationError) -> [String] {
    let path = config ?? environment[variable("config")]
    let file = if let path { try arguments(ofFile: path) } else { [String]() }
    return try file + arguments(ofVariables: environment) + commandLine
  }

  /// Only variables that are options count: others of the prefix belong to somebody else. (Kubernetes
  /// sets DETECTD_PORT for a service of that name.)
  private static func arguments(
    ofVariables environment: [String: String]
  ) throws(ValidationError) -> [String] {
    var arguments: [String] = []
    for name in names {
      guard let text = environment[variable(name)] else { continue }
      arguments.append(try argument(name, text, from: "the variable \(variable(name))"))
    }
    return arguments
  }

  private static func arguments(ofFile path: String) throws(ValidationError) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("the file \(path) cannot be read")
    }
    guard let values = try? JSONDecoder().decode([String: OptionValue].self, from: data) else {
      throw ValidationError(
        "the file \(path) is not a JSON object whose values are texts, numbers, true or false")
    }
    var arguments: [String] = []
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard names.contains(name) else {
        throw ValidationError("the file \(path) has no use for \"\(name)\"")
      }
      arguments.append(try argument(name, value.text, from: "the file \(path)"))
    }
    return arguments
  }

  private static func variable(_ name: String) -> String {
    "DETECTD_" + name.uppercased().replacing("-", with: "_")
  }

  /// One option as an argument, checked by itself so that the message names its source.
  private static func argument(
    _ name: String, _ text: String, from source: String
  ) throws(ValidationError) -> String {
    let argument =
      switch text {
      case "true" where switches.contains(name): "--\(name)"
      case "false" where switches.contains(name): "--no-\(name)"
      default: "--\(name)=\(text)"
      }
    do {
      _ = try Options.parse([argument])
      return argument
    } catch {
      throw ValidationError("\(source): \(Options.message(for: error))")
    }
  }
}

/// A value in the file.
private enum OptionValue: Decodable {
  case text(String)
  case number(Int64)
  case bool(Bool)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Int64.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  /// As it would be written on the command line.
  var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .bool(let bool): String(bool)
    }
  }
}
