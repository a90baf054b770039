import Testing

@testable import Detect

/// How much one account may create: what bounds the catalog's memory.
struct AccountLimitTests {
  private let moment = Moment(now: 0, identifier: "6f2f3c53-7fd8-4d8a-9b55-8a3df1c8d6a1")

  @Test func `a security profile past the limit is refused, one that exists is not`() throws {
    var catalog = Catalog(settings: Settings())
    for number in 0..<Limits.securityProfiles {
      _ = catalog.apply(
        .putProfile(
          SecurityProfile(
            name: "p\(number)", description: nil, behaviors: [], alertTargets: [:],
            additionalMetricsToRetain: [], metricsExportConfig: nil, version: 1, creationDate: 0,
            lastModifiedDate: 0, number: UInt32(number), behaviorNumbers: [],
            nextBehaviorNumber: 1)))
    }
    #expect(throws: DetectError.limitExceeded("there are 5000 security profiles already")) {
      try CreateSecurityProfile(securityProfileName: "more").decide(catalog, at: moment)
    }
    #expect(
      try CreateSecurityProfile(securityProfileName: "p7").decide(catalog, at: moment).changes
        .isEmpty)
  }

  @Test func `a thing group past the limit is refused`() throws {
    var catalog = Catalog(settings: Settings())
    for number in 0..<Limits.thingGroups {
      _ = catalog.apply(
        .putGroup(ThingGroup(name: "g\(number)", id: "\(number)", creationDate: 0)))
    }
    #expect(throws: DetectError.limitExceeded("there are 100000 thing groups already")) {
      try CreateThingGroup(thingGroupName: "more").decide(catalog, at: moment)
    }
  }

  @Test func `a thing past the capacity is refused`() throws {
    var settings = Settings()
    settings.thingCapacity = 2
    var catalog = Catalog(settings: settings)
    _ = catalog.apply(.putThing(Thing(name: ThingName("a"), id: "1")))
    _ = catalog.apply(.putThing(Thing(name: ThingName("b"), id: "2")))
    #expect(throws: DetectError.limitExceeded("there are 2 things already")) {
      try CreateThing(thingName: "c").decide(catalog, at: moment)
    }
  }
}
