import Testing

@testable import Detect

@Suite struct CreateSecurityProfileTests {
  private let bench = OperationBench()
  private let full = CreateSecurityProfile.full

  @Test func `A profile is created with all its fields`() throws {
    let identifier = try bench.perform(full)
    #expect(identifier.name == "Cameras")
    #expect(identifier.arn == .arn("securityprofile/Cameras"))
    let profile = try #require(bench.catalog.profiles["Cameras"])
    #expect(profile.description == "What cameras do")
    #expect(profile.behaviors == full.behaviors)
    #expect(profile.alertTargets == full.alertTargets)
    #expect(
      profile.additionalMetricsToRetain.map(\.metric) == [
        "aws:num-disconnects", "aws:all-bytes-out",
      ])
    #expect(profile.metricsExportConfig == full.metricsExportConfig)
    #expect(profile.version == 1)
    #expect(profile.creationDate == 1000)
    #expect(profile.lastModifiedDate == 1000)
    #expect(profile.behaviorNumbers == [1, 2])
    #expect(profile.nextBehaviorNumber == 3)
    #expect(bench.catalog.tags["securityprofile/Cameras"]?.map(\.key) == ["area", "team"])
  }

  @Test func `A name is enough`() throws {
    try bench.perform(CreateSecurityProfile(securityProfileName: "Bare"))
    let profile = try #require(bench.catalog.profiles["Bare"])
    #expect(profile.behaviors == [])
    #expect(profile.description == nil)
    #expect(bench.catalog.tags.isEmpty)
  }

  @Test func `Profiles have numbers of their own`() throws {
    try bench.perform(full)
    try bench.perform(full.with(\.securityProfileName, "More"))
    #expect(Set(bench.catalog.profiles.values.map(\.number)).count == 2)
  }

  @Test func `The identical request succeeds again and changes nothing`() throws {
    let identifier = try bench.perform(full)
    let again = try bench.decide(full.with(\.tags, full.tags.reversed()))
    #expect(again.response == identifier)
    #expect(again.changes == [])
  }

  @Test(arguments: [
    full(\.securityProfileDescription, nil), full(\.securityProfileDescription, "else"),
    full(\.behaviors, []), full(\.behaviors, CreateSecurityProfile.full.behaviors.reversed()),
    full(\.alertTargets, [:]), full(\.additionalMetricsToRetain, []),
    full(\.additionalMetricsToRetainV2, []), full(\.tags, []),
    full(\.tags, [Tag(key: "team", value: "audio"), Tag(key: "area", value: "")]),
    full(\.metricsExportConfig, nil),
  ])
  func `The name of a different profile is taken`(other: CreateSecurityProfile) throws {
    try bench.perform(full)
    #expect(
      bench.refusal(of: other)
        == .alreadyExists(id: "Cameras", arn: .arn("securityprofile/Cameras")))
  }

  @Test func `Retained metrics of both lists are one list, of which the newer one counts`() throws {
    try bench.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        additionalMetricsToRetain: ["aws:all-bytes-in", "aws:num-disconnects", "aws:all-bytes-in"],
        additionalMetricsToRetainV2: [
          MetricToRetain(metric: "aws:all-bytes-in", exportMetric: true),
          MetricToRetain(metric: "aws:all-bytes-out"),
        ]))
    #expect(
      bench.catalog.profiles["P"]?.additionalMetricsToRetain == [
        MetricToRetain(metric: "aws:all-bytes-in", exportMetric: true),
        MetricToRetain(metric: "aws:num-disconnects"), MetricToRetain(metric: "aws:all-bytes-out"),
      ])
  }

  @Test(arguments: BadName.all)
  func `A bad name is refused`(name: String) {
    #expect(
      bench.refusal(of: full.with(\.securityProfileName, name))
        == .invalid(field: "securityProfileName"))
  }

  @Test(arguments: [
    (full(\.securityProfileDescription, "a\tb"), "securityProfileDescription"),
    (full(\.securityProfileDescription, longText(1001)), "securityProfileDescription"),
    (
      full(\.behaviors, (0...100).map { Behavior.sample(name: "b\($0)") }), "behaviors"
    ),
    (full(\.alertTargets, ["sns": target()]), "alertTargets"),
    (full(\.alertTargets, ["SNS": target(), "SQS": target()]), "alertTargets"),
    (full(\.alertTargets, ["SNS": target(arn: "")]), "alertTargets.SNS.alertTargetArn"),
    (full(\.alertTargets, ["SNS": target(arn: longText(2049))]), "alertTargets.SNS.alertTargetArn"),
    (full(\.alertTargets, ["SNS": target(role: longText(19))]), "alertTargets.SNS.roleArn"),
    (full(\.alertTargets, ["SNS": target(role: longText(2049))]), "alertTargets.SNS.roleArn"),
    (full(\.additionalMetricsToRetain, ["aws:all-bytes-in", ""]), "additionalMetricsToRetain[1]"),
    (full(\.additionalMetricsToRetain, ["aws:nothing"]), "additionalMetricsToRetain[0]"),
    (
      full(\.additionalMetricsToRetain, Array(repeating: "aws:all-bytes-in", count: 100)),
      "additionalMetricsToRetain"
    ),
    (retaining("coreTemp", nil), "additionalMetricsToRetainV2[0].metric"),
    (retaining("aws:all-bytes-in", "Topics"), "additionalMetricsToRetainV2[0].metricDimension"),
    (
      retaining("aws:num-messages-sent", "Topics"),
      "additionalMetricsToRetainV2[0].metricDimension.dimensionName"
    ),
    (full(\.tags, (0...50).map { Tag(key: "\($0)", value: "") }), "tags"),
    (full(\.tags, [Tag(key: "", value: "")]), "tags[0].key"),
    (full(\.tags, [Tag(key: longText(129), value: "")]), "tags[0].key"),
    (full(\.tags, [Tag(key: "k", value: longText(257))]), "tags[0].value"),
    (full(\.tags, [Tag(key: "k", value: "1"), Tag(key: "k", value: "2")]), "tags[1].key"),
    (export(topic: "", role: .role), "metricsExportConfig.mqttTopic"),
    (export(topic: longText(513), role: .role), "metricsExportConfig.mqttTopic"),
    (export(topic: "t", role: longText(19)), "metricsExportConfig.roleArn"),
    (export(topic: "t", role: longText(2049)), "metricsExportConfig.roleArn"),
  ])
  func `A bad field is refused by name`(request: CreateSecurityProfile, field: String) {
    #expect(bench.refusal(of: request) == .invalid(field: field))
  }

  @Test(arguments: [
    full(\.securityProfileDescription, longText(1000)),
    full(\.behaviors, (0..<100).map { Behavior.sample(name: "b\($0)") }),
    full(\.alertTargets, ["SNS": target(arn: longText(2048), role: longText(2048))]),
    full(\.alertTargets, ["SNS": target(arn: longText(1), role: longText(20))]),
    full(\.additionalMetricsToRetain, Array(repeating: "aws:all-bytes-in", count: 99)),
    full(\.tags, (0..<50).map { Tag(key: longText(126) + "\($0 + 10)", value: longText(256)) }),
    export(topic: longText(512), role: longText(2048)), export(topic: "t", role: longText(20)),
  ])
  func `What just fits is taken`(request: CreateSecurityProfile) {
    #expect(bench.refusal(of: request) == nil)
  }

  @Test func `Malformed behaviors are refused with the texts that Validate gives`() throws {
    let behaviors = [Behavior.sample(toAlarm: 100_000), .sample(name: "C", metric: "aws:nothing")]
    let found = try bench.perform(ValidateSecurityProfileBehaviors(behaviors: behaviors))
    #expect(found.validationErrors.count == 2)
    #expect(
      throws: DetectError.invalidRequest(
        found.validationErrors.joined(separator: "; "),
        field: "behaviors[0].criteria.consecutiveDatapointsToAlarm")
    ) { try bench.perform(full.with(\.behaviors, behaviors)) }
  }

  @Test func `A wider bucket makes a stored window a fault, which is named`() throws {
    try bench.perform(full.with(\.behaviors, [.sample(duration: 900)]))
    let profile = try #require(bench.catalog.profiles["Cameras"])
    #expect(profile.faults(of: MetricDefinitions(), settings: Settings()) == [])
    let rules = profile.rules(of: MetricDefinitions(), settings: Settings())
    #expect(rules.map(\.duration) == [900_000])
    var settings = Settings()
    settings.bucket = 600_000
    #expect(
      profile.faults(of: MetricDefinitions(), settings: settings).first?
        .hasPrefix("Behavior B is malformed. durationSeconds 900 should be one of [600, ") == true)
  }

  private static func full<Value>(
    _ part: WritableKeyPath<CreateSecurityProfile, Value>, _ value: Value
  ) -> CreateSecurityProfile {
    .full.with(part, value)
  }

  private static func longText(_ count: Int) -> String { String(repeating: "x", count: count) }

  private static func target(arn: String = "topic", role: String = .role) -> AlertTarget {
    AlertTarget(alertTargetARN: arn, roleARN: role)
  }

  private static func retaining(_ metric: String, _ dimension: String?) -> CreateSecurityProfile {
    let dimension = dimension.map { MetricDimension(dimensionName: $0) }
    return full(
      \.additionalMetricsToRetainV2, [MetricToRetain(metric: metric, metricDimension: dimension)])
  }

  private static func export(topic: String, role: String) -> CreateSecurityProfile {
    full(\.metricsExportConfig, MetricsExportConfig(mqttTopic: topic, roleARN: role))
  }
}
