import Testing

@testable import Detect

@Suite struct AttachmentTests {
  private let bench = OperationBench()

  ///     g ── gh
  init() throws {
    try bench.perform(CreateThingGroup(thingGroupName: "g"))
    try bench.perform(CreateThingGroup(thingGroupName: "gh", parentGroupName: "g"))
    for number in 1...6 {
      try bench.perform(CreateSecurityProfile(securityProfileName: "p\(number)"))
    }
  }

  private func attach(_ profile: String, _ resource: String) -> AttachSecurityProfile {
    AttachSecurityProfile(securityProfileName: profile, securityProfileTargetARN: .arn(resource))
  }

  private func detach(_ profile: String, _ resource: String) -> DetachSecurityProfile {
    DetachSecurityProfile(securityProfileName: profile, securityProfileTargetARN: .arn(resource))
  }

  @Test(arguments: [
    ("all/things", Target.allThings), ("all/registered-things", .registeredThings),
    ("all/unregistered-things", .unregisteredThings), ("thinggroup/g", .thingGroup("g")),
  ])
  func `A profile is attached and detached, once or twice, and its version stays`(
    resource: String, target: Target
  ) throws {
    #expect(try bench.decide(detach("p1", resource)).changes == [])
    #expect(
      try bench.decide(attach("p1", resource)).changes == [.attach(profile: "p1", target)])
    try bench.perform(attach("p1", resource))
    #expect(bench.catalog.isAttached(profile: "p1", to: target))
    #expect(try bench.decide(attach("p1", resource)).changes == [])
    #expect(
      try bench.decide(detach("p1", resource)).changes == [.detach(profile: "p1", target)])
    try bench.perform(detach("p1", resource))
    #expect(try bench.decide(detach("p1", resource)).changes == [])
    #expect(bench.catalog.profiles["p1"]?.version == 1)
  }

  @Test func `A target takes five profiles`() throws {
    for number in 1...5 { try bench.perform(attach("p\(number)", "thinggroup/g")) }
    #expect(bench.refusal(of: attach("p6", "thinggroup/g")) == .limitExceeded)
    #expect(bench.refusal(of: attach("p5", "thinggroup/g")) == nil)
    #expect(bench.refusal(of: attach("p6", "thinggroup/gh")) == nil)
    try bench.perform(detach("p1", "thinggroup/g"))
    #expect(bench.refusal(of: attach("p6", "thinggroup/g")) == nil)
  }

  @Test(arguments: [
    "", "all/things", .arn(""), .arn("all/nothing"), .arn("all/things/"), .arn("thing/t"),
    .arn("thinggroup/"), .arn("thinggroup/a b"), .arn("thinggroup/g/gh"),
    .arn("securityprofile/p1"), .arn("dimension/d"), " " + .arn("all/things"),
    "arn:aws:iot:eu-west-1:000000000000:all/things",
    "arn:aws:iot:us-east-1:000000000001:all/things",
    "arn:aws-cn:iot:us-east-1:000000000000:all/things",
    "arn:aws:sns:us-east-1:000000000000:all/things",
  ])
  func `What is no target of this account is refused`(arn: String) {
    let refusal = Refusal.invalid(field: "securityProfileTargetArn")
    #expect(
      bench.refusal(
        of: AttachSecurityProfile(securityProfileName: "p1", securityProfileTargetARN: arn))
        == refusal)
    #expect(
      bench.refusal(
        of: DetachSecurityProfile(securityProfileName: "p1", securityProfileTargetARN: arn))
        == refusal)
    #expect(
      bench.refusal(of: ListSecurityProfilesForTarget(securityProfileTargetARN: arn)) == refusal)
  }

  @Test func `A group or a profile that is not there is not found`() {
    #expect(bench.refusal(of: attach("p1", "thinggroup/none")) == .notFound)
    #expect(bench.refusal(of: detach("p1", "thinggroup/none")) == .notFound)
    #expect(bench.refusal(of: attach("none", "all/things")) == .notFound)
    #expect(bench.refusal(of: detach("none", "all/things")) == .notFound)
    #expect(
      bench.refusal(
        of: ListSecurityProfilesForTarget(securityProfileTargetARN: .arn("thinggroup/none")))
        == .notFound)
    #expect(
      bench.refusal(of: ListTargetsForSecurityProfile(securityProfileName: "none")) == .notFound)
  }

  @Test(arguments: BadName.all)
  func `A bad profile name is refused`(name: String) {
    let refusal = Refusal.invalid(field: "securityProfileName")
    #expect(bench.refusal(of: attach(name, "all/things")) == refusal)
    #expect(bench.refusal(of: detach(name, "all/things")) == refusal)
    #expect(
      bench.refusal(of: ListTargetsForSecurityProfile(securityProfileName: name)) == refusal)
  }

  @Test(arguments: [1, 2, 4, 250] as [Int64])
  func `Targets are listed by ARN, whatever the size of the pages`(size: Int64) throws {
    let resources = ["all/registered-things", "all/things", "thinggroup/g", "thinggroup/gh"]
    for resource in resources.reversed() { try bench.perform(attach("p1", resource)) }
    let pages = try bench.pages {
      ListTargetsForSecurityProfile(
        securityProfileName: "p1", nextToken: $0, maxResults: size)
    }
    #expect(pages.joined().map(\.arn) == resources.map { String.arn($0) })
    #expect(pages.dropLast().allSatisfy { $0.count == Int(size) })
  }

  @Test(arguments: [
    ("all/things", false, ["p1 all/things"]), ("all/things", true, ["p1 all/things"]),
    ("all/registered-things", true, []),
    ("thinggroup/g", false, ["p1 thinggroup/g", "p3 thinggroup/g"]),
    (
      "thinggroup/g", true,
      ["p1 thinggroup/g", "p1 thinggroup/gh", "p2 thinggroup/gh", "p3 thinggroup/g"]
    ),
    ("thinggroup/gh", true, ["p1 thinggroup/gh", "p2 thinggroup/gh"]),
  ])
  func `Profiles of a target are those attached to it, or below it on request`(
    resource: String, recursive: Bool, mappings: [String]
  ) throws {
    try bench.perform(attach("p1", "all/things"))
    for profile in ["p3", "p1"] { try bench.perform(attach(profile, "thinggroup/g")) }
    for profile in ["p2", "p1"] { try bench.perform(attach(profile, "thinggroup/gh")) }
    for size in [1, 2, 3, 25] as [Int64] {
      let pages = try bench.pages {
        ListSecurityProfilesForTarget(
          securityProfileTargetARN: .arn(resource), recursive: recursive, nextToken: $0,
          maxResults: size)
      }
      #expect(
        pages.joined().map {
          "\($0.securityProfileIdentifier.name) \($0.targetARN.dropFirst(String.arn("").count))"
        } == mappings)
      #expect(
        pages.joined().allSatisfy {
          $0.securityProfileIdentifier.arn
            == .arn("securityprofile/\($0.securityProfileIdentifier.name)")
        })
      #expect(pages.dropLast().allSatisfy { $0.count == Int(size) })
    }
  }

  @Test func `A page looks at a bounded number of attachments`() throws {
    for number in 0..<Limits.namesVisitedPerPage {
      bench.apply([.attach(profile: "p1", .thingGroup("other-\(number)"))])
    }
    try bench.perform(attach("p2", "thinggroup/gh"))
    let pages = try bench.pages {
      ListSecurityProfilesForTarget(
        securityProfileTargetARN: .arn("thinggroup/g"), recursive: true, nextToken: $0)
    }
    #expect(pages.map { $0.map(\.targetARN) } == [[], [.arn("thinggroup/gh")]])
  }

  @Test func `A profile has a bounded number of targets`() throws {
    for number in 1..<Limits.targetsPerProfile {
      bench.apply([.attach(profile: "p1", .thingGroup("other-\(number)"))])
    }
    try bench.perform(attach("p1", "thinggroup/gh"))
    #expect(bench.refusal(of: attach("p1", "thinggroup/g")) == .limitExceeded)
    #expect(bench.refusal(of: attach("p1", "thinggroup/gh")) == nil)
    try bench.perform(detach("p1", "thinggroup/gh"))
    try bench.perform(attach("p1", "thinggroup/g"))
  }

  @Test func `A token is for its list and its filters only`() throws {
    for profile in ["p1", "p2"] {
      for resource in ["thinggroup/g", "all/things"] {
        try bench.perform(attach(profile, resource))
      }
    }
    let profiles = { (resource: String, recursive: Bool, token: String?) in
      ListSecurityProfilesForTarget(
        securityProfileTargetARN: .arn(resource), recursive: recursive, nextToken: token,
        maxResults: 1)
    }
    let targets = { (profile: String, token: String?) in
      ListTargetsForSecurityProfile(
        securityProfileName: profile, nextToken: token, maxResults: 1)
    }
    let refusal = Refusal.invalid(field: "nextToken")

    let first = try bench.perform(profiles("thinggroup/g", false, nil)).nextToken
    #expect(bench.refusal(of: profiles("thinggroup/g", false, first)) == nil)
    #expect(bench.refusal(of: profiles("thinggroup/g", true, first)) == refusal)
    #expect(bench.refusal(of: profiles("all/things", false, first)) == refusal)
    #expect(bench.refusal(of: targets("p1", first)) == refusal)

    let second = try bench.perform(targets("p1", nil)).nextToken
    #expect(bench.refusal(of: targets("p1", second)) == nil)
    #expect(bench.refusal(of: targets("p2", second)) == refusal)
    #expect(bench.refusal(of: profiles("all/things", false, second)) == refusal)
  }

  @Test func `A page size outside of 1 to 250 is refused`() {
    for size in [0, 251] as [Int64] {
      #expect(
        bench.refusal(
          of: ListTargetsForSecurityProfile(securityProfileName: "p1", maxResults: size))
          == .invalid(field: "maxResults"))
      #expect(
        bench.refusal(
          of: ListSecurityProfilesForTarget(
            securityProfileTargetARN: .arn("all/things"), maxResults: size))
          == .invalid(field: "maxResults"))
    }
  }
}
