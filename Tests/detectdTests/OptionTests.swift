import ArgumentParser
import Detect
import FoundationEssentials
import Logging
import Testing

@testable import detectd

@Suite struct OptionTests {
  @Test func `Every option may come from the environment and the file`() {
    let listed = Set(
      Options.helpMessage().matches(of: /(?m)^  --([a-z-]+)/).map { String($0.1) })
    #expect(listed.subtracting(["config"]) == Set(OptionSources.names))
  }

  @Test func `The documents name every option and every exit code`() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let data = try #require(FileManager.default.contents(atPath: "/\(root)/docs/options.md"))
    let page = String(decoding: data, as: UTF8.self)
    #expect(OptionSources.names.filter { !page.contains("`--\($0)`") } == [])
    let codes = Detectd.helpMessage().matches(of: #/(?m)^  (\d+)  /#).map(\.1)
    #expect(codes.count == 9)
    #expect(codes.filter { !page.contains("| \($0) |") } == [])
  }

  @Test func `Without options the settings are the domain's defaults`() throws {
    #expect(try Options.parse([]).settings() == Settings())
  }

  @Test func `Every setting has an option`() throws {
    let settings = try Options.parse([
      "--partition", "aws-cn", "--region", "cn-north-1", "--account-id", "123456789012",
      "--bucket", "2s", "--grace", "1500ms", "--silence", "1h", "--minimum-report-interval", "5m",
      "--window-capacity", "7", "--thing-capacity", "8", "--rate-quotas",
      "--metric-value-retention", "1d", "--violation-event-retention", "2d",
      "--snapshot-journal-bytes", "4096",
    ]).settings()
    var expected = Settings()
    expected.account = Account(partition: "aws-cn", region: "cn-north-1", id: "123456789012")
    expected.bucket = 2000
    expected.grace = 1500
    expected.silence = 3_600_000
    expected.minimumReportInterval = 300_000
    expected.windowCapacity = 7
    expected.thingCapacity = 8
    expected.enforcesRateQuotas = true
    expected.metricValueRetention = 86_400_000
    expected.violationEventRetention = 172_800_000
    expected.snapshotJournalBytes = 4096
    #expect(settings == expected)
  }

  @Test func `Settings that do not fit together are refused in one message`() throws {
    let options = try Options.parse(["--bucket", "1500ms", "--account-id", "12", "--region", ""])
    let error = try #require(throws: ValidationError.self) { try options.settings() }
    for name in ["bucket", "account id", "region"] { #expect(error.message.contains(name)) }
  }

  @Test func `A commit may be delayed by a second at most`() throws {
    let delay = { (text: String) in try Options.parse(["--commit-delay", text]).commitDelay() }
    #expect(try Options.parse([]).commitDelay() == Detect.Limits.defaultCommitDelay)
    #expect(try delay("0s") == 0 && delay("1s") == Detect.Limits.commitDelay.upperBound)
    let error = #expect(throws: ValidationError.self) { try delay("1001ms") }
    #expect(error?.message == "--commit-delay: must be from 0s to 1s")
  }

  @Test func `The data directory is required`() throws {
    #expect(throws: ValidationError.self) { try Options.parse([]).dataDirectory() }
    #expect(throws: ValidationError.self) { try Options.parse(["--data-dir", ""]).dataDirectory() }
    #expect(try Options.parse(["--data-dir", "d"]).dataDirectory() == "d")
  }

  @Test(arguments: [
    ("127.0.0.1:50051", "127.0.0.1", 50051), ("[::1]:0", "::1", 0), ("host:65535", "host", 65535),
  ])
  func `An address is a host and a port`(text: String, host: String, port: Int) {
    let address = ListenAddress(argument: text)
    #expect(address == ListenAddress(host: host, port: port))
    #expect(address?.description == text)
  }

  @Test(arguments: ["", "127.0.0.1", ":80", "::1:80", "h:", "h:65536", "h:-1", "h: 80", "[]:1"])
  func `What is no address is refused`(text: String) {
    #expect(ListenAddress(argument: text) == nil)
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("localhost", true),
    ("0.0.0.0", false), ("::", false), ("192.0.2.1", false),
  ])
  func `Only this machine reaches loopback`(host: String, isLoopback: Bool) {
    #expect(ListenAddress(host: host, port: 1).isLoopback == isLoopback)
  }

  @Test(arguments: [
    ("0s", 0), ("250ms", 250), ("90s", 90_000), ("5m", 300_000), ("36h", 129_600_000),
    ("14d", 1_209_600_000),
  ])
  func `A time is a number and its unit`(text: String, milliseconds: Int64) {
    #expect(Span(argument: text) == Span(milliseconds))
    #expect(Span(milliseconds).defaultValueDescription == text)
  }

  @Test(arguments: [
    "", "5", "s", "-5s", "5 s", "1.5s", "5w", "٣s", "36501d", "9223372036854775807d",
  ])
  func `What is no time is refused`(text: String) {
    #expect(Span(argument: text) == nil)
  }

  @Test func `The longest time is a hundred years`() {
    #expect(Limits.longestSpan == 36_500 * 86_400_000)
    #expect(Span(argument: "36500d") == Span(Limits.longestSpan))
  }
}
