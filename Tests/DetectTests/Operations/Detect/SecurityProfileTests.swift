import Testing

@testable import Detect

@Suite struct DescribeSecurityProfileTests {
  private let bench = OperationBench()

  @Test func `A profile is described as it was sent`() throws {
    let full = CreateSecurityProfile.full
    try bench.perform(full)
    let response = try bench.perform(DescribeSecurityProfile(securityProfileName: "Cameras"))
    #expect(response.securityProfileARN == .arn("securityprofile/Cameras"))
    #expect(response.profile.behaviors == full.behaviors)
    #expect(response.profile.behaviors[0].criteria?.consecutiveDatapointsToAlarm == nil)
    #expect(response.profile.version == 1)
    #expect(response.additionalMetricsToRetain == ["aws:num-disconnects", "aws:all-bytes-out"])
  }

  @Test func `What is no name is refused, and an unknown one is not found`() {
    #expect(
      BadName.all.allSatisfy {
        bench.refusal(of: DescribeSecurityProfile(securityProfileName: $0))
          == .invalid(field: "securityProfileName")
      })
    #expect(bench.refusal(of: DescribeSecurityProfile(securityProfileName: "P")) == .notFound)
  }
}

@Suite struct DeleteSecurityProfileTests {
  private let bench = OperationBench()

  @Test func `A profile goes with its targets and its tags`() throws {
    try bench.perform(CreateSecurityProfile.full)
    for resource in ["all/things", "all/unregistered-things"] {
      try bench.perform(
        AttachSecurityProfile(
          securityProfileName: "Cameras", securityProfileTargetARN: .arn(resource)))
    }
    let delete = DeleteSecurityProfile(securityProfileName: "Cameras")
    #expect(
      try bench.decide(delete).changes == [
        .detach(profile: "Cameras", .allThings), .detach(profile: "Cameras", .unregisteredThings),
        .putTags(resource: "securityprofile/Cameras", []), .removeProfile("Cameras"),
      ])
    try bench.perform(delete)
    #expect(bench.catalog.profiles.isEmpty)
    #expect(bench.catalog.tags.isEmpty)
    #expect(bench.catalog.profiles(attachedTo: .allThings).isEmpty)
    #expect(try bench.decide(delete).changes == [])
  }

  @Test func `Only the expected version is deleted`() throws {
    try bench.perform(CreateSecurityProfile.full)
    let delete = { (version: Int64) in
      DeleteSecurityProfile(securityProfileName: "Cameras", expectedVersion: version)
    }
    #expect(bench.refusal(of: delete(2)) == .versionConflict)
    #expect(try bench.decide(delete(1)).changes.last == .removeProfile("Cameras"))
  }

  @Test func `A profile that is not there is deleted already, whichever version`() throws {
    let delete = DeleteSecurityProfile(securityProfileName: "P", expectedVersion: 7)
    #expect(try bench.decide(delete).changes == [])
  }

  @Test(arguments: BadName.all)
  func `A bad name is refused`(name: String) {
    #expect(
      bench.refusal(of: DeleteSecurityProfile(securityProfileName: name))
        == .invalid(field: "securityProfileName"))
  }
}

@Suite struct ListSecurityProfilesTests {
  private let bench = OperationBench()

  @Test func `Profiles are listed by name, in pages`() throws {
    for number in (100..<126).reversed() {
      try bench.perform(CreateSecurityProfile(securityProfileName: "p\(number)"))
    }
    let names = (100..<126).map { "p\($0)" }
    let pages = try bench.pages { ListSecurityProfiles(nextToken: $0) }
    #expect(pages.map(\.count) == [25, 1])
    #expect(pages.joined().map(\.name) == names)
    #expect(pages[1][0].arn == .arn("securityprofile/p125"))
    for size in [1, 5, 26, 250] as [Int64] {
      let pages = try bench.pages { ListSecurityProfiles(nextToken: $0, maxResults: size) }
      #expect(pages.joined().map(\.name) == names)
      #expect(pages.dropLast().allSatisfy { $0.count == Int(size) })
    }
  }

  @Test func `Without profiles there is one empty page`() throws {
    #expect(try bench.perform(ListSecurityProfiles()) == Page(items: [], nextToken: nil))
  }

  @Test(
    arguments: [
      (ListSecurityProfiles(maxResults: 0), .invalid(field: "maxResults")),
      (ListSecurityProfiles(maxResults: 251), .invalid(field: "maxResults")),
      (ListSecurityProfiles(nextToken: "nonsense"), .invalid(field: "nextToken")),
      (ListSecurityProfiles(dimensionName: "a b"), .invalid(field: "dimensionName")),
      (ListSecurityProfiles(metricName: "a b"), .invalid(field: "metricName")),
      (ListSecurityProfiles(dimensionName: "d", metricName: "m"), .invalid(field: "metricName")),
      (ListSecurityProfiles(dimensionName: "d"), .notFound),
      (ListSecurityProfiles(metricName: "m"), .notFound),
    ] as [(ListSecurityProfiles, Refusal)])
  func `A request that cannot be answered is refused`(
    request: ListSecurityProfiles, refusal: Refusal
  ) {
    #expect(bench.refusal(of: request) == refusal)
  }

  @Test func `A token is for this list with these filters only`() throws {
    for name in ["a", "b"] { try bench.perform(CreateSecurityProfile(securityProfileName: name)) }
    let token = try bench.perform(ListSecurityProfiles(maxResults: 1)).nextToken
    #expect(bench.refusal(of: ListSecurityProfiles(nextToken: token)) == nil)
    #expect(
      bench.refusal(of: ListSecurityProfiles(nextToken: token, metricName: "m"))
        == .invalid(field: "nextToken"))
    #expect(bench.refusal(of: ListThings(nextToken: token)) == .invalid(field: "nextToken"))
  }
}

@Suite struct ValidateSecurityProfileBehaviorsTests {
  private let bench = OperationBench()

  @Test func `Valid behaviors have no errors, and warnings do not make them invalid`() throws {
    let found = try bench.perform(
      ValidateSecurityProfileBehaviors(behaviors: [
        .sample(name: "Calm", duration: 300),
        .sample(
          name: "Odd", comparison: "greater-than-equals",
          value: .count(0), duration: 300),
      ]))
    #expect(found.valid)
    #expect(found.validationErrors == [])
    #expect(
      found.warnings == [
        BehaviorWarning(
          behaviorName: "Odd", message: "never alarms: every value satisfies the criteria")
      ])
  }

  @Test func `The public example gives the public text`() throws {
    let found = try bench.perform(
      ValidateSecurityProfileBehaviors(behaviors: [
        .sample(
          name: "Authorization", metric: "aws:num-authorization-failures", duration: 300,
          toAlarm: 100_000)
      ]))
    #expect(!found.valid)
    #expect(
      found.validationErrors == [
        "Behavior Authorization is malformed. "
          + "consecutiveDatapointsToAlarm 100000 should be in range[1,10]"
      ])
  }

  @Test func `An empty list is valid, no list is refused, and so is one that is too long`() throws {
    #expect(try bench.perform(ValidateSecurityProfileBehaviors(behaviors: [])).valid)
    #expect(
      bench.refusal(of: ValidateSecurityProfileBehaviors(behaviors: nil))
        == .invalid(field: "behaviors"))
    let many = (0...100).map { Behavior.sample(name: "b\($0)") }
    #expect(
      bench.refusal(of: ValidateSecurityProfileBehaviors(behaviors: many))
        == .invalid(field: "behaviors"))
  }

  @Test func `No text is longer than the API allows, whatever was sent`() throws {
    let huge = String(repeating: "\u{1F3A5}", count: 5000)
    let found = try bench.perform(
      ValidateSecurityProfileBehaviors(behaviors: [
        .sample(name: huge, metric: huge, comparison: huge, value: .cidrs([huge])),
        .sample(value: nil, statistic: huge),
        .sample(dimension: MetricDimension(dimensionName: huge, dimensionValueOperator: huge)),
      ]))
    #expect(found.validationErrors.count == 9)
    #expect(found.validationErrors.allSatisfy { $0.utf8.count <= 2048 })
  }
}
