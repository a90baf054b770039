import ArgumentParser
import DeviceMQTT
import Foundation
import Testing

@testable import detectd

@Suite struct MQTTOptionTests {
  private static func broker(
    _ arguments: [String], _ environment: [String: String] = [:]
  ) throws -> BrokerConfiguration? {
    try Options.parse(arguments).mqtt.broker(environment)
  }

  @Test func `Without a broker there is none`() throws {
    #expect(try Self.broker([]) == nil)
  }

  @Test func `A broker needs no more than its address`() throws {
    let broker = try #require(try Self.broker(["--mqtt", "mqtt://broker"]))
    #expect(
      broker
        == BrokerConfiguration(
          address: try #require(BrokerAddress("mqtt://broker:1883")),
          topics: try #require(ReportTopics()), clientID: "detectd"))
  }

  @Test func `Every option reaches the broker`() throws {
    let file = FileManager.default.temporaryDirectory.path + "/\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let attributes = [FileAttributeKey.posixPermissions: 0o600]
    #expect(
      FileManager.default.createFile(
        atPath: file, contents: Data("let me in\n".utf8), attributes: attributes))
    let arguments = [
      "--mqtt", "mqtts://broker:1", "--mqtt-ca", "ca.pem", "--mqtt-certificate", "own.pem",
      "--mqtt-key", "own.key", "--mqtt-client-id", "second", "--mqtt-username", "me",
      "--mqtt-topic-prefix", "plant/things",
    ]
    var expected = BrokerConfiguration(
      address: try #require(BrokerAddress("mqtts://broker:1")),
      topics: try #require(ReportTopics(prefix: "plant/things")), clientID: "second")
    expected.username = "me"
    expected.caFile = "ca.pem"
    expected.certificateFile = "own.pem"
    expected.keyFile = "own.key"
    #expect(try Self.broker(arguments) == expected)
    expected.password = "let me in"
    #expect(try Self.broker(arguments + ["--mqtt-password-file", file]) == expected)
    #expect(try Self.broker(arguments, ["DETECTD_MQTT_PASSWORD": "let me in"]) == expected)
  }

  @Test(arguments: [
    (["--mqtt", "broker"], "mqtt"), (["--mqtt-ca", "ca.pem"], "--mqtt is missing"),
    (["--mqtt", "mqtts://b", "--mqtt-key", "own.key"], "go together"),
    (["--mqtt", "mqtt://b", "--mqtt-ca", "ca.pem"], "mqtts://"),
    (["--mqtt", "mqtt://b", "--mqtt-client-id", ""], "--mqtt-client-id"),
    (["--mqtt", "mqtt://b", "--mqtt-topic-prefix", "a/+"], "--mqtt-topic-prefix"),
    (["--mqtt", "mqtt://b", "--mqtt-password-file", "/nowhere"], "/nowhere"),
  ])
  func `What does not fit together is refused`(arguments: [String], reason: String) throws {
    let error = try #require(throws: (any Error).self) { try Self.broker(arguments) }
    #expect("\(error)".contains(reason))
  }

  @Test func `A password without a name is refused`() throws {
    let error = try #require(throws: ValidationError.self) {
      try Self.broker(["--mqtt", "mqtt://b"], ["DETECTD_MQTT_PASSWORD": "x"])
    }
    #expect(error.message.contains("--mqtt-username"))
  }
}
