import Detect
import Testing

@testable import Alerts

@Suite struct MessageTests {
  private func text(_ json: JSON) -> String { String(decoding: json.encoded, as: UTF8.self) }

  @Test func `a message is what AWS publishes, to the byte`() {
    // The example of evidence.md 7.1.
    #expect(
      text(AlertMessage.json(of: .sample(1))) == """
        {"violationEventTime":1700000400000,"thingName":"line-4-cam","behavior":{"criteria":\
        {"consecutiveDatapointsToClear":1,"value":{"count":40},"durationSeconds":300,\
        "comparisonOperator":"less-than-equals","consecutiveDatapointsToAlarm":1},\
        "name":"SentMsgs","metric":"aws:num-messages-sent"},"violationEventType":"in-alarm",\
        "metricValue":{"count":54},"violationId":"0f3c9d5be1a24d7790c2a1ad4c6e7b18",\
        "securityProfileName":"LineCams"}
        """)
  }

  @Test(
    arguments: [
      (.inAlarm, "in-alarm"), (.alarmCleared, "alarm-cleared"),
      (.alarmInvalidated, "alarm-invalidated"),
    ] as [(ViolationEventType, String)])
  func `a type has its text, and an invalidation no value`(
    type: ViolationEventType, name: String
  ) {
    let message = text(AlertMessage.json(of: .sample(1, type: type)))
    #expect(message.contains(#""violationEventType":"\#(name)""#))
    #expect(message.contains("metricValue") == (type != .alarmInvalidated))
  }

  @Test(
    arguments: [
      (.count(.max), #"{"count":9223372036854775807}"#),
      (.cidrs(["10.0.0.1", "::1"]), #"{"cidrs":["10.0.0.1","::1"]}"#),
      (.ports([]), #"{"ports":[]}"#), (.ports([22, 443]), #"{"ports":[22,443]}"#),
      (.number(-1.5), #"{"number":-1.5}"#), (.numbers([1e300, 0]), #"{"numbers":[1e+300,0.0]}"#),
      (.strings(["a\"\\\n\u{1}\u{e9}"]), #"{"strings":["a\"\\\u000a\u0001\#u{e9}"]}"#),
    ] as [(MetricValue, String)])
  func `each kind of value is told`(value: MetricValue, expected: String) {
    var event = ViolationEvent.sample(1)
    event.metricValue = value
    #expect(text(AlertMessage.json(of: event)).contains("\"metricValue\":\(expected),"))
  }

  @Test func `a behavior is told with what it has`() {
    let behavior = Behavior(
      name: "b", metric: "aws:num-disconnects",
      metricDimension: MetricDimension(dimensionName: "d", dimensionValueOperator: "NOT_IN"),
      criteria: BehaviorCriteria(
        comparisonOperator: "less-than", durationSeconds: 300, statistic: "p99.9"),
      suppressAlerts: false)
    #expect(
      text(AlertMessage.json(of: behavior)) == """
        {"criteria":{"durationSeconds":300,"comparisonOperator":"less-than",\
        "statisticalThreshold":{"statistic":"p99.9"}},"name":"b","metric":"aws:num-disconnects",\
        "metricDimension":{"dimensionName":"d","operator":"NOT_IN"},"suppressAlerts":false}
        """)
  }

  @Test func `a webhook gets a CloudEvent with the same message`() {
    let event = ViolationEvent.sample(1)
    #expect(
      text(CloudEvent.json(of: .alert(.sample(event)), account: Account())) == """
        {"specversion":"1.0","id":"0f3c9d5be1a24d7790c2a1ad4c6e7b18-in-alarm",\
        "source":"arn:aws:iot:us-east-1:000000000000:securityprofile/LineCams",\
        "type":"detect.v1.ViolationEvent","subject":"line-4-cam",\
        "time":"2023-11-14T22:20:00.000Z","datacontenttype":"application/json",\
        "data":\(text(AlertMessage.json(of: event)))}
        """)
  }

  @Test func `a digest names each of its events`() {
    let events = [
      ViolationEvent.sample(3, thing: "t"), .sample(5, thing: "u", type: .alarmCleared),
    ]
    let digest = Shipment.digest(events.map { .sample($0) })
    #expect(
      text(CloudEvent.json(of: digest, account: Account())) == """
        {"specversion":"1.0","id":"3-5-2",\
        "source":"arn:aws:iot:us-east-1:000000000000:securityprofile/LineCams",\
        "type":"detect.v1.ViolationEventDigest","subject":"SentMsgs",\
        "time":"2023-11-14T22:20:00.000Z","datacontenttype":"application/json",\
        "data":{"securityProfileName":"LineCams",\
        "behavior":\(text(AlertMessage.json(of: events[0].behavior))),\
        "counts":{"in-alarm":1,"alarm-cleared":1,"alarm-invalidated":0},"events":[\
        {"id":"0f3c9d5be1a24d7790c2a1ad4c6e7b18-in-alarm","violationEventTime":1700000400000,\
        "thingName":"t","violationEventType":"in-alarm",\
        "violationId":"0f3c9d5be1a24d7790c2a1ad4c6e7b18"},\
        {"id":"0f3c9d5be1a24d7790c2a1ad4c6e7b18-alarm-cleared",\
        "violationEventTime":1700000400000,"thingName":"u",\
        "violationEventType":"alarm-cleared",\
        "violationId":"0f3c9d5be1a24d7790c2a1ad4c6e7b18"}]}}
        """)
  }
}
