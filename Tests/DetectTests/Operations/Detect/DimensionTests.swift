import Testing

@testable import Detect

/// CreateDimension, DescribeDimension, UpdateDimension, ListDimensions, DeleteDimension, and what profiles
/// make of dimensions.
@Suite struct DimensionTests {
  private let bench = OperationBench()

  private static let create = CreateDimension(
    dimensionName: "Own", type: "TOPIC_FILTER", stringValues: ["fleet/${iot:ClientId}/#", "own/+"],
    tags: [Tag(key: "b", value: "2"), Tag(key: "a", value: "")], clientRequestToken: "t-1_A")

  private static func create(_ name: String) -> CreateDimension {
    CreateDimension(
      dimensionName: name, type: "TOPIC_FILTER", stringValues: ["a/#"], clientRequestToken: name)
  }

  private static func behavior(_ name: String, _ dimension: String, _ text: String? = nil)
    -> Behavior
  {
    .sample(
      name: name,
      dimension: MetricDimension(dimensionName: dimension, dimensionValueOperator: text))
  }

  @Test func `A dimension is described as it was created`() throws {
    let created = try bench.perform(Self.create)
    #expect(created.name == "Own")
    #expect(created.arn == .arn("dimension/Own"))
    let found = try bench.perform(DescribeDimension(dimensionName: "Own"))
    #expect(found.arn == created.arn)
    #expect(
      found.dimension
        == Dimension(
          name: "Own", stringValues: ["fleet/${iot:ClientId}/#", "own/+"],
          number: Limits.dimensionNumbers.lowerBound, clientRequestToken: "t-1_A",
          creationDate: 1000, lastModifiedDate: 1000))
    #expect(
      try bench.perform(ListTagsForResource(resourceARN: created.arn)).items.map(\.key)
        == ["a", "b"])
  }

  @Test func `The same request creates once, and another is refused`() throws {
    let created = try bench.perform(Self.create)
    #expect(try bench.decide(Self.create).response == created)
    #expect(try bench.decide(Self.create).changes == [])
    let exists = Refusal.alreadyExists(id: "Own", arn: created.arn)
    var other = Self.create
    other.clientRequestToken = "t-2"
    #expect(bench.refusal(of: other) == exists)
    other = Self.create
    other.stringValues.reverse()
    #expect(bench.refusal(of: other) == exists)
    other = Self.create
    other.tags.removeLast()
    #expect(bench.refusal(of: other) == exists)
  }

  @Test(arguments: BadName.all)
  func `A bad name is refused`(name: String) {
    var create = Self.create
    create.dimensionName = name
    #expect(bench.refusal(of: create) == .invalid(field: "name"))
    #expect(
      bench.refusal(of: UpdateDimension(dimensionName: name, stringValues: ["a"]))
        == .invalid(field: "name"))
    #expect(
      bench.refusal(of: DescribeDimension(dimensionName: name)) == .invalid(field: "name"))
    #expect(bench.refusal(of: DeleteDimension(dimensionName: name)) == .invalid(field: "name"))
  }

  @Test func `Each field is checked`() throws {
    for type in [nil, "", "TOPIC", "topic_filter"] {
      var create = Self.create
      create.type = type
      #expect(bench.refusal(of: create) == .invalid(field: "type"))
    }
    for token in ["", "a b", "ö", String(repeating: "x", count: 65)] {
      var create = Self.create
      create.clientRequestToken = token
      #expect(bench.refusal(of: create) == .invalid(field: "clientRequestToken"))
    }
    var tagged = Self.create
    tagged.tags = [Tag(key: "aws:x", value: "")]
    #expect(bench.refusal(of: tagged) == .invalid(field: "tags[0].key"))
  }

  @Test func `topicFiltersPerDimension: filters are counted and each is looked at`() throws {
    try bench.perform(Self.create)
    let most = Array(repeating: "a", count: Limits.topicFiltersPerDimension.upperBound)
    let cases: [([String], Refusal?)] = [
      ([], .invalid(field: "stringValues")), (most, nil),
      (most + ["a"], .invalid(field: "stringValues")),
      (["a", "b/#/c"], .invalid(field: "stringValues[1]")),
      ([""], .invalid(field: "stringValues[0]")),
    ]
    for (filters, refusal) in cases {
      var create = Self.create
      create.dimensionName = "Other"
      create.stringValues = filters
      #expect(bench.refusal(of: create) == refusal)
      let update = UpdateDimension(dimensionName: "Own", stringValues: filters)
      #expect(bench.refusal(of: update) == refusal)
    }
  }

  @Test func `The filters are replaced, and other filters get another number`() throws {
    try bench.perform(Self.create)
    let same = try bench.perform(
      UpdateDimension(
        dimensionName: "Own", stringValues: ["own/+", "fleet/${iot:ClientId}/#", "own/+"]))
    #expect(same.dimension.stringValues == ["own/+", "fleet/${iot:ClientId}/#", "own/+"])
    #expect(same.dimension.number == 512)
    #expect(same.dimension.lastModifiedDate > same.dimension.creationDate)
    let other = try bench.perform(UpdateDimension(dimensionName: "Own", stringValues: ["own/+"]))
    #expect(other.dimension.number == 513)
    #expect(try bench.perform(DescribeDimension(dimensionName: "Own")) == other)
    #expect(
      bench.refusal(of: UpdateDimension(dimensionName: "none", stringValues: ["a"])) == .notFound)
    #expect(bench.refusal(of: DescribeDimension(dimensionName: "none")) == .notFound)
  }

  @Test func `Other filters make other behaviors, of an unchanged version of the profile`() throws {
    try bench.perform(Self.create)
    try bench.perform(Self.create("Other"))
    try bench.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        behaviors: [
          Self.behavior("in", "Own"), .sample(name: "whole"), Self.behavior("other", "Other"),
          Self.behavior("not-in", "Own", "NOT_IN"),
        ]))
    try bench.perform(CreateSecurityProfile(securityProfileName: "Q"))
    let before = try #require(bench.catalog.profiles["P"])
    #expect(before.behaviorNumbers == [1, 2, 3, 4])
    let update = UpdateDimension(dimensionName: "Own", stringValues: ["b"])
    #expect(try bench.decide(update).changes.count == 3)
    try bench.perform(update)
    var after = before
    after.behaviorNumbers = [5, 2, 3, 6]
    after.nextBehaviorNumber = 7
    #expect(bench.catalog.profiles["P"] == after)
    #expect(try bench.decide(update).changes.count == 1)
  }

  @Test func `No operator means IN, and nothing changes when it is written`() throws {
    try bench.perform(Self.create)
    func update(_ text: String?) throws -> [UInt32] {
      try bench.perform(
        UpdateSecurityProfile(
          securityProfileName: "P", behaviors: [Self.behavior("B", "Own", text)]))
      return bench.catalog.profiles["P"]?.behaviorNumbers ?? []
    }
    try bench.perform(
      CreateSecurityProfile(securityProfileName: "P", behaviors: [Self.behavior("B", "Own")]))
    #expect(try update("IN") == [1])
    #expect(try update("NOT_IN") == [2])
    #expect(try update(nil) == [3])
  }

  @Test func `Names are listed in order, page by page`() throws {
    for name in ["c", "a", "B"] { try bench.perform(Self.create(name)) }
    #expect(
      try bench.pages { ListDimensions(nextToken: $0, maxResults: 2) } == [["B", "a"], ["c"]])
    #expect(bench.refusal(of: ListDimensions(maxResults: 251)) == .invalid(field: "maxResults"))
    #expect(bench.refusal(of: ListDimensions(nextToken: "x")) == .invalid(field: "nextToken"))
  }

  @Test func `A dimension that a profile uses is found by it, and not deleted`() throws {
    for name in ["judged", "kept", "unused"] { try bench.perform(Self.create(name)) }
    try bench.perform(
      CreateSecurityProfile(securityProfileName: "J", behaviors: [Self.behavior("B", "judged")]))
    try bench.perform(
      CreateSecurityProfile(
        securityProfileName: "K",
        additionalMetricsToRetainV2: [
          MetricToRetain(
            metric: "aws:source-ip-address", metricDimension: MetricDimension(dimensionName: "kept")
          )
        ]))
    func profiles(_ dimension: String) throws -> [String] {
      try bench.perform(ListSecurityProfiles(dimensionName: dimension)).items.map(\.name)
    }
    #expect(try profiles("judged") == ["J"])
    #expect(try profiles("kept") == ["K"])
    #expect(try profiles("unused") == [])
    #expect(bench.refusal(of: ListSecurityProfiles(dimensionName: "none")) == .notFound)
    for name in ["judged", "kept"] {
      #expect(bench.refusal(of: DeleteDimension(dimensionName: name)) == .invalid(field: "name"))
    }
    for profile in ["J", "K"] {
      try bench.perform(DeleteSecurityProfile(securityProfileName: profile))
    }
    for name in ["judged", "kept", "unused"] {
      try bench.perform(DeleteDimension(dimensionName: name))
      #expect(bench.refusal(of: DescribeDimension(dimensionName: name)) == .notFound)
    }
    #expect(try bench.decide(DeleteDimension(dimensionName: "kept")).changes == [])
  }

  @Test func `Tags go with the dimension`() throws {
    let arn = try bench.perform(Self.create).arn
    try bench.perform(DeleteDimension(dimensionName: "Own"))
    #expect(bench.refusal(of: ListTagsForResource(resourceARN: arn)) == .notFound)
    try bench.perform(Self.create("Own"))
    #expect(try bench.perform(ListTagsForResource(resourceARN: arn)).items == [])
  }

  @Test func `A dimension that does not exist or does not fit is refused by its field`() throws {
    try bench.perform(Self.create)
    func refusal(_ behavior: Behavior) -> Refusal? {
      bench.refusal(
        of: CreateSecurityProfile(securityProfileName: "P", behaviors: [behavior]))
    }
    #expect(
      refusal(Self.behavior("B", "none"))
        == .invalid(field: "behaviors[0].metricDimension.dimensionName"))
    #expect(
      refusal(Self.behavior("B", "Own", "NEAR"))
        == .invalid(field: "behaviors[0].metricDimension.operator"))
    for metric in Metric.catalogue {
      let fits = [
        "aws:message-byte-size", "aws:num-messages-sent", "aws:num-messages-received",
        "aws:num-authorization-failures", "aws:source-ip-address",
      ].contains(metric.name)
      let dimension = MetricDimension(dimensionName: "Own")
      let behavior = Behavior(name: "B", metric: metric.name, metricDimension: dimension)
      #expect(
        refusal(behavior) == (fits ? nil : .invalid(field: "behaviors[0].metricDimension")),
        "\(metric.name)")
      let retain = CreateSecurityProfile(
        securityProfileName: "P",
        additionalMetricsToRetainV2: [
          MetricToRetain(metric: metric.name, metricDimension: dimension)
        ])
      #expect(
        bench.refusal(of: retain)
          == (fits ? nil : .invalid(field: "additionalMetricsToRetainV2[0].metricDimension")))
    }
  }

  @Test func `A metric is retained once for each dimension and operator`() throws {
    try bench.perform(Self.create)
    let operators = [nil, "IN", "NOT_IN", nil]
    let entries = operators.enumerated().map { index, text in
      MetricToRetain(
        metric: "aws:num-messages-sent",
        metricDimension: index == 3
          ? nil : MetricDimension(dimensionName: "Own", dimensionValueOperator: text))
    }
    try bench.perform(
      CreateSecurityProfile(
        securityProfileName: "P", additionalMetricsToRetain: ["aws:num-messages-sent"],
        additionalMetricsToRetainV2: entries))
    let kept = bench.catalog.profiles["P"]?.additionalMetricsToRetain
    #expect(kept == [entries[3], entries[1], entries[2]])
    let described = try bench.perform(DescribeSecurityProfile(securityProfileName: "P"))
    #expect(described.additionalMetricsToRetain == ["aws:num-messages-sent"])
  }

  @Test func `Ten dimensions, and no number twice`() throws {
    for index in 1...Limits.dimensions { try bench.perform(Self.create("d\(index)")) }
    #expect(bench.refusal(of: Self.create("more")) == .limitExceeded)
    try bench.perform(DeleteDimension(dimensionName: "d10"))
    try bench.perform(Self.create("more"))
    #expect(bench.catalog.dimensions.values.map(\.number).sorted() == (512...520) + [522])

    bench.apply([
      .removeDimension("more"), .giveDimensionNumber(Limits.dimensionNumbers.upperBound),
    ])
    #expect(bench.refusal(of: Self.create("more")) == .limitExceeded)
    #expect(
      bench.refusal(of: UpdateDimension(dimensionName: "d1", stringValues: ["b"])) == .limitExceeded
    )
  }

  @Test func `dimensionNumbers: a narrowed metric is no other one`() {
    let numbers = Limits.dimensionNumbers
    var seen: Set<Metric> = Set(Metric.catalogue.map(\.metric))
    seen.formUnion(Limits.customMetricNumbers.map { Metric(number: UInt32($0)) })
    for number in [numbers.lowerBound, numbers.lowerBound + 1, numbers.upperBound] {
      for whole in Metric.catalogue {
        for dimensionOperator in DimensionOperator.allCases {
          let metric = Metric(whole.metric, dimensionOperator, dimension: number)
          #expect(seen.insert(metric).inserted)
          #expect(metric.base == whole.metric && metric.dimension == number)
          #expect(metric.ofAWS == whole)
        }
      }
    }
  }
}
