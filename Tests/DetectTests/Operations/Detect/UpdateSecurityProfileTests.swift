import Testing

@testable import Detect

@Suite struct UpdateSecurityProfileTests {
  private let bench = OperationBench()
  private let before: SecurityProfile

  init() throws {
    try bench.perform(CreateSecurityProfile.full)
    before = try #require(bench.catalog.profiles["Cameras"])
  }

  private func update(
    _ change: (inout UpdateSecurityProfile) -> Void = { _ in }
  ) -> UpdateSecurityProfile {
    var update = UpdateSecurityProfile(securityProfileName: "Cameras")
    change(&update)
    return update
  }

  /// The profile before, with the next version and the time of the second operation.
  private func expected(_ change: (inout SecurityProfile) -> Void) -> SecurityProfile {
    var profile = before
    profile.version = 2
    profile.lastModifiedDate = 2000
    change(&profile)
    return profile
  }

  @Test func `An update that changes nothing is a version`() throws {
    let response = try bench.perform(update())
    #expect(response.profile == expected { _ in })
    #expect(response.securityProfileARN == .arn("securityprofile/Cameras"))
    #expect(bench.catalog.profiles["Cameras"] == response.profile)
    #expect(try bench.perform(update()).profile.version == 3)
  }

  @Test func `A field that is given replaces its like, and no other`() throws {
    let target = AlertTarget(alertTargetARN: "topic", roleARN: .role)
    let export = MetricsExportConfig(mqttTopic: "elsewhere", roleARN: .role)
    #expect(
      try bench.decide(update { $0.securityProfileDescription = "New" }).response.profile
        == expected { $0.description = "New" })
    bench.apply([.putProfile(before)])
    let alerts = try bench.decide(update { $0.alertTargets = ["SNS": target] }).response.profile
    #expect(alerts.alertTargets == ["SNS": target])
    #expect(alerts.behaviors == before.behaviors)
    #expect(
      try bench.decide(update { $0.metricsExportConfig = export }).response.profile
        .metricsExportConfig == export)
  }

  @Test(arguments: [true, false])
  func `Retained metrics are replaced as one list, in whichever field they come`(
    inNewerField: Bool
  ) throws {
    let response = try bench.perform(
      update {
        if inNewerField {
          $0.additionalMetricsToRetainV2 = [MetricToRetain(metric: "aws:all-packets-in")]
        } else {
          $0.additionalMetricsToRetain = ["aws:all-packets-in"]
        }
      })
    #expect(
      response.profile.additionalMetricsToRetain == [MetricToRetain(metric: "aws:all-packets-in")])
    #expect(response.additionalMetricsToRetain == ["aws:all-packets-in"])
  }

  @Test func `Delete flags clear, and clear again what is clear`() throws {
    let request = update {
      $0.securityProfileDescription = ""
      $0.deleteBehaviors = true
      $0.deleteAlertTargets = true
      $0.deleteAdditionalMetricsToRetain = true
      $0.deleteMetricsExportConfig = true
    }
    let cleared = expected {
      $0.description = nil
      $0.behaviors = []
      $0.behaviorNumbers = []
      $0.alertTargets = [:]
      $0.additionalMetricsToRetain = []
      $0.metricsExportConfig = nil
    }
    #expect(try bench.perform(request).profile == cleared)
    #expect(try bench.perform(request).profile.version == 3)
  }

  @Test func `A flag beside new values is refused`() {
    let requests = [
      update {
        $0.deleteBehaviors = true
        $0.behaviors = [.sample()]
      },
      update {
        $0.deleteAlertTargets = true
        $0.alertTargets = ["SNS": AlertTarget(alertTargetARN: "topic", roleARN: .role)]
      },
      update {
        $0.deleteAdditionalMetricsToRetain = true
        $0.additionalMetricsToRetain = ["aws:all-bytes-in"]
      },
      update {
        $0.deleteAdditionalMetricsToRetain = true
        $0.additionalMetricsToRetainV2 = [MetricToRetain(metric: "aws:all-bytes-in")]
      },
      update {
        $0.deleteMetricsExportConfig = true
        $0.metricsExportConfig = MetricsExportConfig(mqttTopic: "t", roleARN: .role)
      },
    ]
    #expect(
      requests.map { bench.refusal(of: $0) } == [
        .invalid(field: "deleteBehaviors"), .invalid(field: "deleteAlertTargets"),
        .invalid(field: "deleteAdditionalMetricsToRetain"),
        .invalid(field: "deleteAdditionalMetricsToRetain"),
        .invalid(field: "deleteMetricsExportConfig"),
      ])
  }

  @Test func `A behavior keeps its number while it means the same`() throws {
    let same = [
      Behavior.sample(name: "Sent", duration: 300, toAlarm: 1),
      .sample(name: "Received", metric: "aws:all-bytes-in"),
    ]
    var suppressed = same[1]
    suppressed.suppressAlerts = true
    let reordered = try bench.perform(update { $0.behaviors = [suppressed, same[0]] }).profile
    #expect(reordered.behaviors == [suppressed, same[0]])
    #expect(reordered.behaviorNumbers == [2, 1])
    #expect(reordered.nextBehaviorNumber == 3)
  }

  @Test func `A behavior that is new, renamed or means something else has a new number`() throws {
    let profile = try bench.perform(
      update {
        $0.behaviors = [
          .sample(name: "Sent", toAlarm: 2), .sample(name: "Renamed", metric: "aws:all-bytes-in"),
        ]
      }
    ).profile
    #expect(profile.behaviorNumbers == [3, 4])
    let back = try bench.perform(update { $0.behaviors = [.sample(name: "Sent")] }).profile
    #expect(back.behaviorNumbers == [5])
    #expect(back.nextBehaviorNumber == 6)
  }

  @Test func `Only the expected version is updated`() throws {
    #expect(bench.refusal(of: update { $0.expectedVersion = 2 }) == .versionConflict)
    #expect(bench.refusal(of: update { $0.expectedVersion = 0 }) == .versionConflict)
    #expect(try bench.perform(update { $0.expectedVersion = 1 }).profile.version == 2)
    #expect(bench.refusal(of: update { $0.expectedVersion = 1 }) == .versionConflict)
  }

  @Test func `What is bad is refused, and an unknown profile is not found`() {
    let requests = [
      update { $0.securityProfileName = "a b" }, update { $0.securityProfileName = "Missing" },
      update { $0.securityProfileDescription = "\n" },
      update { $0.behaviors = [.sample(toClear: 11)] },
      update { $0.alertTargets = ["SMS": AlertTarget(alertTargetARN: "t", roleARN: .role)] },
      update { $0.additionalMetricsToRetain = ["aws:nothing"] },
      update { $0.metricsExportConfig = MetricsExportConfig(mqttTopic: "", roleARN: .role) },
    ]
    #expect(
      requests.map { bench.refusal(of: $0) } == [
        .invalid(field: "securityProfileName"), .notFound,
        .invalid(field: "securityProfileDescription"),
        .invalid(field: "behaviors[0].criteria.consecutiveDatapointsToClear"),
        .invalid(field: "alertTargets"), .invalid(field: "additionalMetricsToRetain[0]"),
        .invalid(field: "metricsExportConfig.mqttTopic"),
      ])
  }
}
