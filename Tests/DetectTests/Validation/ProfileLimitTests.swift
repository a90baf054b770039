import Testing

@testable import Detect

/// The limits of profiles and pages are numbers that users know. The other tests go to each limit and one
/// beyond by number; this table holds the names to the numbers.
@Suite struct ProfileLimitTests {
  @Test(arguments: [
    (Limits.nameCharacters, 128), (Limits.descriptionCharacters, 1000),
    (Limits.tagValueCharacters, 256), (Limits.tagsPerResource, 50),
    (Limits.behaviorsPerProfile, 100), (Limits.valueElementsPerProfile, 1000),
    (Limits.metricsToRetainPerProfile, 100), (Limits.profilesPerTarget, 5),
    (Limits.quotedCharacters, 128), (Limits.joinedFaultsCharacters, 1024),
    (Limits.defaultPageSize, 25), (Limits.namesVisitedPerPage, 10_000),
    (Limits.customMetrics, 100), (Limits.displayNameCharacters, 128),
    (Limits.clientRequestTokenCharacters, 64), (Limits.verificationDescriptionCharacters, 1000),
  ])
  func `Maxima`(limit: Int, number: Int) {
    #expect(limit == number)
  }

  @Test(arguments: [
    (Limits.roleARNCharacters, 20...2048), (Limits.alertTargetARNCharacters, 1...2048),
    (Limits.mqttTopicCharacters, 1...512), (Limits.tagKeyCharacters, 1...128),
    (Limits.cidrCharacters, 2...43),
  ])
  func `Lengths`(limit: ClosedRange<Int>, range: ClosedRange<Int>) {
    #expect(limit == range)
  }

  @Test(
    arguments: [
      (Limits.consecutiveDatapoints, 1...10), (Limits.ports, 0...65535), (Limits.pageSize, 1...250),
    ] as [(ClosedRange<Int64>, ClosedRange<Int64>)])
  func `Ranges`(limit: ClosedRange<Int64>, range: ClosedRange<Int64>) {
    #expect(limit == range)
  }
}
