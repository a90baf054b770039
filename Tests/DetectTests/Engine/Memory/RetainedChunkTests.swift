import Testing

@testable import Detect

struct RetainedChunkTests {
  private static let bytes = Metric(number: 10)
  private static let ports = Metric(number: 16)

  private static func datapoints(_ count: Int64, _ port: UInt16) -> [ReportedDatapoint] {
    [
      ReportedDatapoint(metric: bytes, value: .count(count)),
      ReportedDatapoint(metric: ports, value: .ports([port])),
    ]
  }

  @Test func `a chunk has a thing's values in the order of receipt, and those of one metric apart`()
    throws
  {
    var log = RetainedLog()
    var (camera, other) = (RetainedLog.none, RetainedLog.none)
    var used = MetricSet()
    for metric in [Self.bytes, Self.ports] { used.insert(metric) }
    for report in 1...5 as ClosedRange<Int64> {
      // The third is late.
      let time = report == 3 ? 50 : 100 * report
      log.append(Self.datapoints(report, 22), at: time, of: used, behind: &camera)
      log.append(Self.datapoints(-report, 23), at: 7, of: used, behind: &other)
    }
    let chunk = try #require(log.chunk(through: camera, of: ThingName("camera"), position: 9))
    #expect((chunk.position, chunk.firstTime, chunk.lastTime) == (9, 50, 500))
    let counts = try chunk.values(of: Self.bytes)
    #expect(counts.map(\.timestamp) == [100, 200, 50, 400, 500])
    #expect(counts.map(\.value) == (1...5).map { .count($0) })
    #expect(
      try chunk.values(of: Self.ports).map(\.value) == Array(repeating: .ports([22]), count: 5))
    #expect(try chunk.values(of: Metric(number: 9)).isEmpty)
    #expect(log.chunk(through: RetainedLog.none, of: ThingName("camera"), position: 9) == nil)
  }

  @Test func `a chunk of one metric, as an earlier version wrote it, is read`() throws {
    var writer = ByteWriter()
    writer.write(list: [1, 2] as [Int64]) { writer, count in
      writer.write(100 * count)
      MetricValue.count(count).encode(to: &writer)
    }
    let chunk = MetricValueChunk(
      thing: ThingName("camera"), metric: Self.bytes, position: 1, firstTime: 100, lastTime: 200,
      values: writer.bytes)
    #expect(try chunk.values(of: Self.bytes).map(\.value) == [.count(1), .count(2)])
    #expect(try chunk.values(of: Self.ports).isEmpty)
    try chunk.check()
  }
}
