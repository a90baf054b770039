import DeviceDocuments
import Testing

@testable import DeviceMQTT

struct TopicTests {
  @Test func `A topic names the thing and the format`() throws {
    let topics = try #require(ReportTopics())
    #expect(topics.filter == "$aws/things/+/defender/metrics/+")
    let json = try #require(topics.parse("$aws/things/line-4-cam/defender/metrics/json"))
    #expect(json == ("line-4-cam", .json))
    let cbor = try #require(topics.parse("$aws/things/a b:ü/defender/metrics/cbor"))
    #expect(cbor == ("a b:ü", .cbor))
    // A name that is none is the domain's to refuse.
    #expect(topics.parse("$aws/things//defender/metrics/cbor")?.thing == "")
  }

  @Test(arguments: [
    "$aws/things/a/defender/metrics/JSON", "$aws/things/a/defender/metrics/xml",
    "$aws/things/a/defender/metrics", "$aws/things/a/defender/metrics/json/accepted",
    "$aws/things/a/b/defender/metrics/json", "things/a/defender/metrics/json", "",
    "$aws/things/a/shadow/metrics/json", "$aws/thingsa/x/defender/metrics/json",
  ])
  func `What is no topic of a report is none`(topic: String) throws {
    #expect(try #require(ReportTopics()).parse(topic) == nil)
  }

  @Test func `The prefix can be another one`() throws {
    let topics = try #require(ReportTopics(prefix: "plant/7/things"))
    #expect(topics.filter == "plant/7/things/+/defender/metrics/+")
    #expect(topics.parse("plant/7/things/a/defender/metrics/json")?.thing == "a")
    #expect(topics.parse("$aws/things/a/defender/metrics/json") == nil)
    for prefix in ["", "a/", "a/+", "#", "a\0b"] { #expect(ReportTopics(prefix: prefix) == nil) }
  }

  @Test(arguments: [
    ("mqtt://broker", "mqtt://broker:1883"), ("mqtts://broker/", "mqtts://broker:8883"),
    ("mqtt://10.0.0.1:8884", "mqtt://10.0.0.1:8884"), ("mqtts://[::1]", "mqtts://[::1]:8883"),
    ("mqtt://[fe80::1]:1", "mqtt://[fe80::1]:1"),
  ])
  func `A broker is found where its URL says`(text: String, address: String) {
    #expect(BrokerAddress(text)?.description == address)
  }

  @Test(arguments: [
    "", "broker", "http://broker", "mqtt:broker", "mqtt://", "mqtt://broker:0",
    "mqtt://broker:65536",
    "mqtt://::1:1883", "mqtt://user@broker", "mqtt://broker/topic", "mqtt://broker?x",
    "MQTT://broker",
  ])
  func `What is no URL of a broker is refused`(text: String) {
    #expect(BrokerAddress(text) == nil)
  }
}
