import Testing

@testable import Detect

/// The engine's fixed limits.
struct EngineLimitTests {
  private let now: Int64 = 1_700_000_000_000

  private func report(_ id: UInt64, thing: String = "cam", time: Int64? = nil) -> MetricReport {
    MetricReport(thing: ThingName(thing), id: id, time: time, datapoints: [])
  }

  @Test func `the last ids of a thing are known; older ones may have been seen`() {
    var engine = Engine()
    let first: UInt64 = 100
    let count = UInt64(Limits.rememberedReportIDs)
    let reports = (first...first + count).map { report($0) }
    #expect(
      engine.apply(.reports(reports, at: now)).batch.accepted == Limits.rememberedReportIDs + 1)
    // The first id has been forgotten; the one after it is the oldest that is remembered.
    let again = engine.apply(
      .reports([report(first + 1), report(first), report(first - 1)], at: now)
    ).batch
    #expect(again.duplicates == 1)
    #expect(again.rejections.map(\.reason) == [.reportTooOld, .reportTooOld])
  }

  @Test func `a report may be ahead of the clock by a second and no more`() {
    var engine = Engine()
    let ahead = Limits.reportTimeAhead
    let batch = engine.apply(
      .reports([report(1, time: now + ahead), report(2, time: now + ahead + 1)], at: now)
    ).batch
    #expect(batch.accepted == 1)
    #expect(batch.rejections.map(\.reason) == [.timeOutOfRange])
  }

  @Test func `an explanation keeps the first elements at fault, and says how many there were`() {
    let ports = (1...UInt16(Limits.explainedElements + 5)).map { $0 }
    let fault = ElementsAtFault(ports, of: PortSet([2]), within: true)
    let outside = ports.filter { $0 != 2 }.map(Int64.init)
    #expect(fault.elements == .ports(Array(outside.prefix(Limits.explainedElements))))
    #expect(fault.count == outside.count)
    #expect(fault.listCount == ports.count)
  }

  @Test func `the quota of reports per second is off by default and refuses what is over it`() {
    var free = Engine()
    let reports = (0...UInt64(Limits.reportsPerSecond)).map {
      report($0 + 1, thing: "t\($0 % 100)")
    }
    #expect(free.apply(.reports(reports, at: now)).batch.accepted == Limits.reportsPerSecond + 1)

    var settings = Settings()
    settings.enforcesRateQuotas = true
    var limited = Engine(settings: settings)
    let batch = limited.apply(.reports(reports, at: now)).batch
    #expect(batch.accepted == Limits.reportsPerSecond)
    #expect(batch.rejections.map(\.reason) == [.throttled])
    #expect(limited.apply(.reports([report(9999)], at: now + 1000)).batch.accepted == 1)
  }
}
