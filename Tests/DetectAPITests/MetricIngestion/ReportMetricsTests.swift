import Detect
@testable import DetectAPI
import RPC
import Synchronization
import Testing

@Suite struct ReportMetricsTests {
  private static let method = "MetricIngestion/ReportMetrics"

  private static func batch(_ number: Int64, _ reports: Value...) -> Value {
    ["batch_number": .number(number), "reports": .list(reports)]
  }

  @Test func `Each batch is acknowledged by its number, in order`() async throws {
    let call = try TestAPI().stream(Self.method)
    for number in [7, 3, 9] as [Int64] {
      call.send(Self.batch(number, Sample.report("lamp", number, ports: [])))
    }
    call.send(Self.batch(10))
    for number in [7, 3, 9] as [Value] {
      #expect(await call.response() == ["batch_number": number, "accepted_count": 1])
    }
    #expect(await call.response() == ["batch_number": 10])
    call.finish()
    #expect(await call.response() == nil)
    #expect(await call.status() == nil)
  }

  @Test func `A refused report is named, and the others are taken`() async throws {
    let api = try TestAPI()
    let call = try api.stream(Self.method)
    let early: Value = ["thing_name": "lamp", "report_id": 5, "time": 1]
    call.send(
      Self.batch(
        1, Sample.counts("lamp", 1, "aws:all-bytes-in", 0, 3),
        Sample.counts("lamp", 2, "aws:bytes", 1), Sample.report("lamp", 1, ports: [22]), early,
        Sample.report("lamp", 6, ports: [0])))
    let answer = await call.response()
    #expect(answer?["accepted_count"] == 1)
    #expect(answer?["duplicate_count"] == 1)
    let rejections = [0, 1, 2].map { answer?["rejections"]?[$0] }
    #expect(rejections.map { $0?["index"] } == [1, 3, 4])
    #expect(
      rejections.map { $0?["reason"] } == [
        "REJECTION_REASON_INVALID", "REJECTION_REASON_TIME_OUT_OF_RANGE",
        "REJECTION_REASON_INVALID",
      ])
    #expect(rejections[0]?["field"] == "datapoints[0].metric")
    #expect(rejections[2]?["field"] == "datapoints[0].value.ports[0]")
    #expect(rejections[0]?["message"]?.text?.contains("aws:bytes") == true)
    call.cancel()
  }

  @Test(
    arguments: [
      [:], ["value": [:]], ["value": ["number": 1.0]], ["value": ["count": -1]],
      ["value": ["strings": [:]]], ["value": ["numbers": ["numbers": [1.0]]]],
      ["value": ["cidrs": [:]]], ["value": ["ports": [:]]],
    ] as [Value])
  func `A value that does not fit its metric is refused`(_ value: Value) async throws {
    let call = try TestAPI().stream(Self.method)
    guard case .message(var datapoint) = value else { return }
    datapoint["metric"] = "aws:num-disconnects"
    call.send(
      Self.batch(
        1, ["thing_name": "a", "report_id": 1, "datapoints": [.message(datapoint)]]))
    let rejection = await call.response()?["rejections"]?[0]
    #expect(rejection?["reason"] == "REJECTION_REASON_INVALID")
    #expect(rejection?["field"]?.text?.hasPrefix("datapoints[0].value") == true)
    call.cancel()
  }

  @Test func `What was sent before a fault is acknowledged before it`() async throws {
    let call = try TestAPI().stream(Self.method)
    for number in 1...5 as ClosedRange<Int64> {
      call.send(Self.batch(number, Sample.report("lamp", number, ports: [])))
    }
    call.send(bytes: [0xff])
    for number in 1...5 as ClosedRange<Int64> {
      #expect(await call.response()?["batch_number"] == .number(number))
    }
    #expect(await call.response() == nil)
    #expect(await call.status()?.code == .invalidArgument)
  }

  @Test func `A client that takes no acknowledgements is read no further`() async throws {
    let api = try TestAPI()
    let methods = MetricIngestionMethods(
      backend: Backend(service: api.service) { Issue.record("internal failure: \($0)") },
      devices: api.devices, drain: api.drain)
    let progress = Progress()
    let reporter = Reporter(CallContext(method: ""))
    let next: Next = { () async throws(RPCStatus) in
      let number = progress.counts.withLock { counts in
        counts.read += 1
        counts.furthest = max(counts.furthest, counts.read - counts.acknowledged)
        return counts.read
      }
      guard number <= Progress.batches else { return nil }
      return Self.batch(Int64(number)).serialized(as: "detect.v1.ReportMetricsRequest")
    }
    try await methods.reportMetrics(from: reporter, next: next) { _ async throws(RPCStatus) in
      for _ in 0..<10 { await Task.yield() }
      progress.counts.withLock { $0.acknowledged += 1 }
    }
    let counts = progress.counts.withLock { $0 }
    #expect(counts.acknowledged == Progress.batches)
    // One batch more may be in the hands of the reader, and one in those of the acknowledger.
    #expect(counts.furthest <= DetectAPI.Limits.outstandingBatches + 2)
  }

  /// How far the reading was ahead of the acknowledging.
  private final class Progress: Sendable {
    static let batches = 5 * DetectAPI.Limits.outstandingBatches
    let counts = Mutex((read: 0, acknowledged: 0, furthest: 0))
  }

  @Test func `The drain acknowledges what was read, and ends the call`() async throws {
    let api = try TestAPI()
    let call = try api.stream(Self.method)
    call.send(Self.batch(1, Sample.report("lamp", 1, ports: [])))
    #expect(await call.response() == ["batch_number": 1, "accepted_count": 1])
    api.drain.begin()
    #expect(await call.response() == nil)
    #expect(await call.status()?.code == .unavailable)
  }

  @Test func `The drain ends a call that waits for its client`() async throws {
    let api = try TestAPI()
    let call = try api.stream(Self.method, window: 1)
    let count = 5 * DetectAPI.Limits.outstandingBatches
    for number in 1...count { call.send(Self.batch(Int64(number))) }
    call.finish()
    #expect(await call.response() == ["batch_number": 1])
    api.drain.begin()
    var last = 1
    while let answer = await call.response() {
      last += 1
      #expect(answer == ["batch_number": .number(Int64(last))])
    }
    #expect(last < count)
    #expect(await call.status()?.code == .unavailable)
  }

  @Test func `A client that leaves is let go`() async throws {
    let call = try TestAPI().stream(Self.method)
    call.send(Self.batch(1))
    #expect(await call.response() == ["batch_number": 1])
    call.cancel()
    #expect(await call.status()?.code == .cancelled)
  }

  @Test func `A service that has stopped is unavailable`() async throws {
    let api = try TestAPI()
    await api.service.stop()
    let call = try api.stream(Self.method)
    call.send(Self.batch(1, Sample.report("lamp", 1, ports: [])))
    #expect(await call.response() == nil)
    #expect(await call.status()?.code == .unavailable)
  }
}
