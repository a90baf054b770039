import Detect
import Testing

@Suite struct SettingsTests {
  @Test func `The defaults have no fault`() {
    #expect(Settings().faults == [])
  }

  @Test func `A fault begins with the name of the setting`() {
    check("partition") { $0.account.partition = "azure" }
    check("region") { $0.account.region = "" }
    check("region") { $0.account.region = "EU-west" }
    check("account id") { $0.account.id = "12345678901" }
    check("account id") { $0.account.id = "12345678901٣" }
    check("bucket") { $0.bucket = 0 }
    check("bucket") { $0.bucket = 1500 }
    check("grace") { $0.grace = -1 }
    check("silence") { $0.silence = $0.bucket - 1 }
    check("minimum report interval") { $0.minimumReportInterval = -1 }
    check("window capacity") { $0.windowCapacity = 0 }
    check("thing capacity") { $0.thingCapacity = 0 }
    check("snapshot journal bytes") { $0.snapshotJournalBytes = 0 }
    check("metric value retention") { $0.metricValueRetention = $0.longestDuration - 1 }
    check("violation event retention") { $0.violationEventRetention = 0 }
  }

  @Test func `Several faults are found together`() {
    var settings = Settings()
    settings.grace = -1
    settings.account.id = ""
    settings.windowCapacity = 0
    #expect(settings.faults.count == 3)
  }

  private func check(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout Settings) -> Void
  ) {
    var settings = Settings()
    change(&settings)
    #expect(settings.faults.count == 1, sourceLocation: sourceLocation)
    #expect(
      settings.faults.first?.hasPrefix(name + ": ") == true, sourceLocation: sourceLocation)
  }
}
