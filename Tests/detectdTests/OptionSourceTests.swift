import ArgumentParser
import FoundationEssentials
import Testing

@testable import detectd

@Suite struct OptionSourceTests {
  @Test func `The command line wins over the environment, and that over the file`() throws {
    let file = try file(
      #"{"region": "file", "account-id": "111111111111", "window-capacity": 3, "grace": "1s"}"#)
    let options = try options(
      commandLine: ["--region", "line"], config: file,
      environment: ["DETECTD_REGION": "variable", "DETECTD_WINDOW_CAPACITY": "4"])
    #expect(options.account.region == "line")
    #expect(options.evaluation.windowCapacity == 4)
    #expect(options.account.accountId == "111111111111")
    #expect(options.evaluation.grace == Span(1000))
  }

  @Test func `A switch can be set and be taken back`() throws {
    let file = try file(#"{"rate-quotas": true}"#)
    #expect(try options(config: file).evaluation.rateQuotas)
    let variables = ["DETECTD_RATE_QUOTAS": "false"]
    #expect(try !options(config: file, environment: variables).evaluation.rateQuotas)
    let line = ["--rate-quotas"]
    #expect(try options(commandLine: line, environment: variables).evaluation.rateQuotas)
  }

  @Test func `The environment may name the file`() throws {
    let variables = ["DETECTD_CONFIG": try file(#"{"data-dir": "d"}"#)]
    #expect(try options(environment: variables).dataDirectory() == "d")
  }

  @Test func `A variable that is no option is not ours`() throws {
    #expect(try options(environment: ["DETECTD_PORT": "tcp://10.0.0.1:50051"]).config == nil)
  }

  @Test(arguments: [
    (#"{"data-dri": "d"}"#, "\"data-dri\""), (#"{"config": "f"}"#, "\"config\""),
    (#"{"bucket": "5"}"#, "--bucket"), (#"{"rate-quotas": "yes"}"#, "--rate-quotas"),
    (#"{"data-dir": null}"#, "JSON"), (#"["data-dir"]"#, "JSON"), ("", "JSON"),
  ])
  func `A fault of the file is told with its path`(text: String, fault: String) throws {
    let file = try file(text)
    let error = try #require(throws: ValidationError.self) { try options(config: file) }
    #expect(error.message.contains(file))
    #expect(error.message.contains(fault))
  }

  @Test func `A file that is not there is told`() throws {
    let error = try #require(throws: ValidationError.self) { try options(config: "absent.json") }
    #expect(error.message.contains("absent.json"))
  }

  @Test func `A fault of the environment is told with the variable`() throws {
    let error = try #require(throws: ValidationError.self) {
      try options(environment: ["DETECTD_LISTEN": "nowhere"])
    }
    #expect(error.message.contains("DETECTD_LISTEN"))
  }

  private func options(
    commandLine: [String] = [], config: String? = nil, environment: [String: String] = [:]
  ) throws -> Options {
    try Options.parse(
      OptionSources.arguments(commandLine: commandLine, config: config, environment: environment))
  }

  private func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).json"
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }
}
