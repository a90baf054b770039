import Detect
import Testing

/// TagResource, UntagResource and ListTagsForResource.
@Suite struct TagTests {
  private let bench = OperationBench()
  private static let arn = "arn:aws:iot:us-east-1:000000000000:"
  private static let group = arn + "thinggroup/g"
  private static let profile = arn + "securityprofile/p"
  private static let metric = arn + "custommetric/number"
  private static let dimension = arn + "dimension/d"

  init() throws {
    try bench.perform(CreateThingGroup(thingGroupName: "g"))
    try bench.perform(CreateThing(thingName: "t"))
    bench.apply([
      .putCustomMetric(.sample(.number)),
      .putDimension(
        Dimension(
          name: "d", stringValues: ["a"], number: 512, clientRequestToken: "t", creationDate: 0,
          lastModifiedDate: 0)),
      .putProfile(
        SecurityProfile(
          name: "p", description: nil, behaviors: [], alertTargets: [:],
          additionalMetricsToRetain: [], metricsExportConfig: nil, version: 1, creationDate: 0,
          lastModifiedDate: 0, number: 1, behaviorNumbers: [], nextBehaviorNumber: 1)),
    ])
  }

  private func tags(of arn: String) throws -> [String] {
    try bench.perform(ListTagsForResource(resourceARN: arn)).items.map { "\($0.key)=\($0.value)" }
  }

  @Test(arguments: [group, profile, metric, dimension])
  func `Tags are added, overwritten and removed by key`(arn: String) throws {
    #expect(try tags(of: arn) == [])
    try bench.perform(
      TagResource(
        resourceARN: arn, tags: [Tag(key: "m", value: "1"), Tag(key: "c", value: "2")]))
    #expect(try tags(of: arn) == ["c=2", "m=1"])
    try bench.perform(
      TagResource(
        resourceARN: arn, tags: [Tag(key: "m", value: ""), Tag(key: "d", value: "3")]))
    #expect(try tags(of: arn) == ["c=2", "d=3", "m="])
    try bench.perform(UntagResource(resourceARN: arn, tagKeys: ["m", "missing", "c", "c"]))
    #expect(try tags(of: arn) == ["d=3"])
    try bench.perform(UntagResource(resourceARN: arn, tagKeys: ["d"]))
    #expect(try tags(of: arn) == [])
  }

  @Test func `Tags written one by one are those of a create with all of them`() throws {
    for key in ["b", "a"] {
      try bench.perform(
        TagResource(resourceARN: Self.group, tags: [Tag(key: key, value: "v")]))
    }
    let create = CreateThingGroup(
      thingGroupName: "g", tags: [Tag(key: "b", value: "v"), Tag(key: "a", value: "v")])
    #expect(bench.refusal(of: create) == nil)
  }

  @Test func `What changes nothing has no changes`() throws {
    let tag = TagResource(resourceARN: Self.group, tags: [Tag(key: "k", value: "v")])
    try bench.perform(tag)
    #expect(try bench.decide(tag).changes == [])
    #expect(
      try bench.decide(UntagResource(resourceARN: Self.group, tagKeys: ["other"])).changes == [])
  }

  @Test(
    arguments: [
      ("", .invalid(field: "resourceArn")),
      ("thinggroup/g", .invalid(field: "resourceArn")),
      ("arn:aws:iot:us-east-1:1:thinggroup/g", .invalid(field: "resourceArn")),
      (arn + "thing/t", .invalid(field: "resourceArn")),
      (arn + "all/things", .invalid(field: "resourceArn")),
      (arn + "thinggroup/", .invalid(field: "resourceArn")),
      (arn + "securityprofile/a b", .invalid(field: "resourceArn")),
      (arn + "thinggroup/missing", .notFound),
      (arn + "securityprofile/g", .notFound),
      (arn + "dimension/missing", .notFound),
      (arn + "dimension/a b", .invalid(field: "resourceArn")),
    ] as [(String, Refusal)])
  func `Only a group or a profile that exists has tags`(arn: String, refusal: Refusal) {
    #expect(
      bench.refusal(of: TagResource(resourceARN: arn, tags: [Tag(key: "k", value: "v")]))
        == refusal)
    #expect(bench.refusal(of: UntagResource(resourceARN: arn, tagKeys: ["k"])) == refusal)
    #expect(bench.refusal(of: ListTagsForResource(resourceARN: arn)) == refusal)
  }

  @Test(arguments: [
    "", "aws:k", "AWS:k", "a*b", "a\u{0}", String(repeating: "k", count: 129),
  ])
  func `A malformed key is refused by both`(key: String) {
    let good = Tag(key: "good", value: "v")
    #expect(
      bench.refusal(
        of: TagResource(resourceARN: Self.group, tags: [good, Tag(key: key, value: "v")]))
        == .invalid(field: "tags[1].key"))
    #expect(
      bench.refusal(of: UntagResource(resourceARN: Self.group, tagKeys: ["good", key]))
        == .invalid(field: "tagKeys[1]"))
  }

  @Test(arguments: ["a", "aws", "Größe 1_.:/=+-@", String(repeating: "k", count: 128)])
  func `A key within the pattern is taken`(key: String) throws {
    let value = String(repeating: "v", count: 256)
    try bench.perform(TagResource(resourceARN: Self.group, tags: [Tag(key: key, value: value)]))
    #expect(try tags(of: Self.group) == ["\(key)=\(value)"])
  }

  @Test func `Malformed lists are refused`() {
    let long = Tag(key: "k", value: String(repeating: "v", count: 257))
    let twice = [Tag(key: "k", value: "v"), Tag(key: "k", value: "w")]
    let refusals: [([Tag], String)] = [
      ([], "tags"), ([long], "tags[0].value"), (twice, "tags[1].key"),
    ]
    for (tags, field) in refusals {
      #expect(
        bench.refusal(of: TagResource(resourceARN: Self.group, tags: tags))
          == .invalid(field: field))
    }
    #expect(
      bench.refusal(of: UntagResource(resourceARN: Self.group, tagKeys: []))
        == .invalid(field: "tagKeys"))
  }

  @Test func `A resource has at most 50 tags, listed in pages of 25`() throws {
    let tags = (0..<50).map { Tag(key: "k\(100 + $0)", value: "v") }
    try bench.perform(TagResource(resourceARN: Self.group, tags: tags.reversed()))
    #expect(
      bench.refusal(
        of: TagResource(resourceARN: Self.group, tags: [Tag(key: "one more", value: "v")]))
        == .limitExceeded)
    #expect(
      bench.refusal(
        of: TagResource(resourceARN: Self.group, tags: [Tag(key: "k100", value: "w")])) == nil)
    let pages = try bench.pages {
      ListTagsForResource(resourceARN: Self.group, nextToken: $0)
    }
    #expect(pages == [Array(tags[..<25]), Array(tags[25...])])
    let token = try bench.perform(ListTagsForResource(resourceARN: Self.group)).nextToken
    #expect(
      bench.refusal(of: ListTagsForResource(resourceARN: Self.profile, nextToken: token))
        == .invalid(field: "nextToken"))
  }
}
