import Testing

@testable import Detect

/// What a report may hold (evaluation.md 2), and that a refused one leaves the others alone.
@Suite struct ReportBatchTests {
  private func rejection(
    thing: String = "lamp", id: UInt64 = 1,
    _ datapoints: (metric: String, value: MetricValue?)...
  ) -> ReportRejection? {
    var batch = ReportBatch(of: .samples)
    batch.add(
      thingName: thing, id: id, time: nil,
      datapoints: datapoints.map { SentDatapoint($0.metric, $0.value) })
    return batch.rejections.first
  }

  @Test(arguments: [
    "", String(repeating: "a", count: Limits.thingNameBytes + 1),
    String(repeating: "ö", count: Limits.thingNameBytes / 2 + 1), "a\u{0}", "\u{1f}",
    "\u{7f}", "\u{9f}",
  ])
  func `A thing name that is none is refused`(_ name: String) {
    #expect(rejection(thing: name)?.field == "thing_name")
  }

  @Test(arguments: [
    String(repeating: "ö", count: Limits.thingNameBytes / 2), " ", "\u{a0}", "client/7 (α)",
  ])
  func `A thing need not be named as in the registry`(_ name: String) {
    #expect(rejection(thing: name) == nil)
  }

  @Test func `Control characters are those of the general category`() {
    for value in 0...0x2ff as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      #expect(
        (rejection(thing: String(Character(scalar))) != nil)
          == (scalar.properties.generalCategory == .control))
    }
  }

  @Test(
    arguments: [
      ("aws:bytes", .count(1), "metric"), ("aws:all-bytes-in", nil, "value"),
      ("aws:all-bytes-in", .number(1), "value"), ("aws:all-bytes-in", .ports([]), "value"),
      ("aws:all-bytes-in", .count(-1), "value.count"),
      ("aws:listening-tcp-ports", .ports([1, 65_536]), "value.ports[1]"),
      ("aws:listening-tcp-ports", .ports([0]), "value.ports[0]"),
      ("aws:source-ip-address", .cidrs(["::1", "::x"]), "value.cidrs[1]"),
      ("aws:source-ip-address", .cidrs(["10.0.0.0/8"]), "value.cidrs[0]"),
      ("number", .count(1), "value"), ("number", .number(.nan), "value.number"),
      ("number", .number(-.infinity), "value.number"),
      ("number-list", .numbers([1, .infinity]), "value.numbers[1]"),
      ("string-list", .strings(["a", "b\n"]), "value.strings[1]"),
      ("string-list", .strings(["ö"]), "value.strings[0]"),
      ("ip-address-list", .cidrs(["::x"]), "value.cidrs[0]"),
      ("ip-address-list", .strings(["::1"]), "value"), ("NUMBER", .number(1), "metric"),
    ] as [(String, MetricValue?, String)])
  func `A datapoint at fault is named`(_ metric: String, _ value: MetricValue?, _ field: String) {
    let rejection = rejection(("aws:num-disconnects", .count(.max)), (metric, value))
    #expect(rejection?.reason == .invalid)
    #expect(rejection?.field == "datapoints[1].\(field)")
  }

  @Test func `Values of custom metrics are taken as they are`() {
    var batch = ReportBatch(of: .samples)
    let sent = [
      SentDatapoint("number", .number(-1.5)), SentDatapoint("number-list", .numbers([])),
      SentDatapoint("number-list", .numbers([3, 1])),
      SentDatapoint("string-list", .strings(["", "a Z:0_-/."])),
      SentDatapoint("ip-address-list", .cidrs(["::FFFF:1.2.3.4"])),
    ]
    batch.add(thingName: "lamp", id: 1, time: nil, datapoints: sent)
    #expect(batch.rejections == [])
    #expect(batch.reports.first?.datapoints.map { MetricValue($0.value) } == sent.map(\.value))
    #expect(
      batch.reports.first?.datapoints.map(\.metric.number) == [1000, 1001, 1001, 1002, 1003])
  }

  private func rejection(_ metric: String, _ value: MetricValue, topic: String) -> ReportRejection?
  {
    var batch = ReportBatch(of: .samples)
    batch.add(
      thingName: "lamp", id: 1, time: nil,
      datapoints: [SentDatapoint(metric, value, topic: topic)])
    return batch.rejections.first
  }

  @Test(arguments: ["a", "/", "a/b", "$aws/things/lamp", "ö/ /α", "a/+/#", "${iot:ClientId}"])
  func `A datapoint of the five metrics that take a dimension may carry a topic`(topic: String) {
    for metric in Metric.catalogue {
      let value: MetricValue =
        switch metric.kind {
        case .cidrs: .cidrs(["10.0.0.1"])
        case .ports: .ports([1])
        default: .count(1)
        }
      let rejection = rejection(metric.name, value, topic: topic)
      #expect(rejection?.field == (metric.allowsDimension ? nil : "datapoints[0].topic"))
    }
    #expect(rejection("number", .number(1), topic: topic)?.field == "datapoints[0].topic")
  }

  @Test(arguments: ["", "a\u{0}", "a\n", "\u{9f}"])
  func `A topic that is none is refused`(topic: String) {
    let rejection = rejection("aws:num-messages-sent", .count(1), topic: topic)
    #expect(rejection?.reason == .invalid)
    #expect(rejection?.field == "datapoints[0].topic")
  }

  @Test func `topicBytes`() {
    let longest = String(repeating: "ö", count: Limits.topicBytes / 2)
    #expect(rejection("aws:num-messages-sent", .count(1), topic: longest) == nil)
    #expect(
      rejection("aws:num-messages-sent", .count(1), topic: longest + "a")?.field
        == "datapoints[0].topic")
  }

  @Test func `topicsPerReport`() {
    let limit = Limits.topicsPerReport
    let most = (0..<limit).map {
      SentDatapoint("aws:num-messages-sent", .count(1), topic: "a/\($0)")
    }
    let plain = SentDatapoint("aws:num-messages-sent", .count(1))
    var batch = ReportBatch()
    batch.add(thingName: "a", id: 1, time: nil, datapoints: [plain] + most + [plain])
    batch.add(thingName: "a", id: 2, time: nil, datapoints: [plain] + most + most.prefix(1))
    #expect(batch.reports.map(\.id) == [1])
    #expect(batch.reports.first?.topics.map(\.datapoint) == Array(1...limit))
    #expect(batch.rejections.map(\.field) == ["datapoints[\(limit + 1)].topic"])
  }

  @Test func `reportedStringBytes`() {
    let most = String(repeating: "x", count: Limits.reportedStringBytes)
    #expect(rejection(("string-list", .strings([most]))) == nil)
    #expect(
      rejection(("string-list", .strings([most + "x"])))?.field == "datapoints[0].value.strings[0]")
  }

  @Test func `A long name is not repeated whole`() {
    let rejection = rejection((String(repeating: "x", count: 100_000), .count(1)))
    #expect(rejection.map { $0.message.utf8.count < 200 } == true)
  }

  @Test func `datapointsPerReport and elementsPerDatapoint`() {
    let limit = Limits.datapointsPerReport
    let most = Array(repeating: SentDatapoint("aws:num-disconnects", .count(1)), count: limit)
    var batch = ReportBatch()
    batch.add(thingName: "a", id: 1, time: nil, datapoints: most)
    batch.add(thingName: "a", id: 2, time: nil, datapoints: most + most.prefix(1))
    #expect(batch.reports.map(\.id) == [1])
    #expect(batch.rejections.map(\.field) == ["datapoints"])

    let ports = Array(repeating: Int64(1), count: Limits.elementsPerDatapoint)
    #expect(rejection(("aws:listening-tcp-ports", .ports(ports))) == nil)
    #expect(
      rejection(("aws:listening-tcp-ports", .ports(ports + [1])))?.field
        == "datapoints[0].value.ports")
  }

  @Test func `Indices are those of the batch as it was sent`() {
    var batch = ReportBatch()
    for id in [1, 0, 2, 0] as [UInt64] {
      batch.add(thingName: "a", id: id, time: nil, datapoints: [])
    }
    #expect(batch.count == 4)
    #expect(batch.indices == [0, 2])
    #expect(batch.rejections.map(\.index) == [1, 3])
  }

  @Test func `A batch of a backtest needs no ids`() {
    var batch = ReportBatch(requiringIDs: false)
    batch.add(thingName: "cam", id: 0, time: 5, datapoints: [])
    #expect(batch.reports.count == 1)
    #expect(rejection(id: 0)?.field == "report_id")
  }
}
