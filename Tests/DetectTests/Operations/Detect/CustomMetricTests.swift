import Testing

@testable import Detect

/// CreateCustomMetric, DescribeCustomMetric, UpdateCustomMetric, ListCustomMetrics, DeleteCustomMetric, and
/// what profiles make of custom metrics.
@Suite struct CustomMetricTests {
  private let bench = OperationBench()

  private static let create = CreateCustomMetric(
    metricName: "coreTemp", displayName: "Core temperature", metricType: "number",
    tags: [Tag(key: "b", value: "2"), Tag(key: "a", value: "")], clientRequestToken: "t-1_A")

  private func create(
    _ name: String, _ type: CustomMetricType = .number
  ) throws -> CreateCustomMetric.Response {
    try bench.perform(
      CreateCustomMetric(
        metricName: name, metricType: type.rawValue, clientRequestToken: name))
  }

  @Test func `A metric is described as it was created`() throws {
    let created = try bench.perform(Self.create)
    #expect(created.metricName == "coreTemp")
    #expect(created.metricARN == .arn("custommetric/coreTemp"))
    let found = try bench.perform(DescribeCustomMetric(metricName: "coreTemp"))
    #expect(found.metricARN == created.metricARN)
    #expect(
      found.metric
        == CustomMetric(
          name: "coreTemp", type: .number, displayName: "Core temperature", number: 1000,
          clientRequestToken: "t-1_A", creationDate: 1000, lastModifiedDate: 1000))
    #expect(
      try bench.perform(ListTagsForResource(resourceARN: created.metricARN)).items.map(\.key)
        == ["a", "b"])
  }

  @Test func `The same request creates once, and another is refused`() throws {
    let created = try bench.perform(Self.create)
    #expect(try bench.decide(Self.create).response == created)
    #expect(try bench.decide(Self.create).changes == [])
    let exists = Refusal.alreadyExists(id: "coreTemp", arn: created.metricARN)
    var other = Self.create
    other.clientRequestToken = "t-2"
    #expect(bench.refusal(of: other) == exists)
    other = Self.create
    other.metricType = "number-list"
    #expect(bench.refusal(of: other) == exists)
    other = Self.create
    other.displayName = nil
    #expect(bench.refusal(of: other) == exists)
    other = Self.create
    other.tags.removeLast()
    #expect(bench.refusal(of: other) == exists)
  }

  @Test(arguments: BadName.all + ["aws:coreTemp"])
  func `A bad name is refused`(name: String) {
    var create = Self.create
    create.metricName = name
    #expect(bench.refusal(of: create) == .invalid(field: "metricName"))
  }

  @Test func `Each field is checked`() {
    let cases: [(WritableKeyPath<CreateCustomMetric, String?>, String?, String)] = [
      (\.metricType, nil, "metricType"), (\.metricType, "count", "metricType"),
      (\.displayName, String(repeating: "x", count: 129), "displayName"),
      (\.displayName, "a\nb", "displayName"),
    ]
    for (path, value, field) in cases {
      var create = Self.create
      create[keyPath: path] = value
      #expect(bench.refusal(of: create) == .invalid(field: field))
    }
    for token in ["", "a b", "a:b", "ö", String(repeating: "x", count: 65)] {
      var create = Self.create
      create.clientRequestToken = token
      #expect(bench.refusal(of: create) == .invalid(field: "clientRequestToken"))
    }
    var longest = Self.create
    longest.displayName = String(repeating: "x", count: 128)
    longest.clientRequestToken = String(repeating: "x", count: 64)
    #expect(bench.refusal(of: longest) == nil)
    longest.tags = [Tag(key: "aws:x", value: "")]
    #expect(bench.refusal(of: longest) == .invalid(field: "tags[0].key"))
  }

  @Test func `Only the display name changes`() throws {
    try bench.perform(Self.create)
    let updated = try bench.perform(
      UpdateCustomMetric(metricName: "coreTemp", displayName: "Kelvin"))
    #expect(updated.metric.displayName == "Kelvin")
    #expect(updated.metric.lastModifiedDate > updated.metric.creationDate)
    #expect(try bench.perform(DescribeCustomMetric(metricName: "coreTemp")) == updated)
    let bare = try bench.perform(UpdateCustomMetric(metricName: "coreTemp", displayName: ""))
    #expect(bare.metric.displayName == nil)
    #expect(
      bench.refusal(of: UpdateCustomMetric(metricName: "coreTemp", displayName: nil))
        == .invalid(field: "displayName"))
    #expect(
      bench.refusal(
        of: UpdateCustomMetric(
          metricName: "coreTemp", displayName: String(repeating: "x", count: 129)))
        == .invalid(field: "displayName"))
    #expect(
      bench.refusal(of: UpdateCustomMetric(metricName: "other", displayName: "x")) == .notFound)
    #expect(bench.refusal(of: DescribeCustomMetric(metricName: "other")) == .notFound)
    for name in BadName.all {
      #expect(
        bench.refusal(of: DescribeCustomMetric(metricName: name)) == .invalid(field: "metricName"))
    }
  }

  @Test func `Names are listed in order, page by page`() throws {
    for name in ["c", "a", "B"] { _ = try create(name) }
    #expect(
      try bench.pages { ListCustomMetrics(nextToken: $0, maxResults: 2) } == [["B", "a"], ["c"]])
    #expect(bench.refusal(of: ListCustomMetrics(maxResults: 251)) == .invalid(field: "maxResults"))
    #expect(bench.refusal(of: ListCustomMetrics(nextToken: "x")) == .invalid(field: "nextToken"))
  }

  @Test func `A metric that a profile uses is not deleted`() throws {
    _ = try create("judged")
    _ = try create("kept")
    try bench.perform(
      CreateSecurityProfile(
        securityProfileName: "P",
        behaviors: [.sample(metric: "judged", value: .number(1.5))],
        additionalMetricsToRetain: ["kept"]))
    for name in ["judged", "kept"] {
      #expect(
        bench.refusal(of: DeleteCustomMetric(metricName: name)) == .invalid(field: "metricName"))
    }
    try bench.perform(DeleteSecurityProfile(securityProfileName: "P"))
    for name in ["judged", "kept", "never there"].prefix(2) {
      try bench.perform(DeleteCustomMetric(metricName: name))
      #expect(bench.refusal(of: DescribeCustomMetric(metricName: name)) == .notFound)
    }
    #expect(try bench.decide(DeleteCustomMetric(metricName: "never-there")).changes == [])
    #expect(
      bench.refusal(of: DeleteCustomMetric(metricName: "a b")) == .invalid(field: "metricName"))
  }

  @Test func `Tags go with the metric`() throws {
    let arn = try bench.perform(Self.create).metricARN
    try bench.perform(DeleteCustomMetric(metricName: "coreTemp"))
    #expect(bench.refusal(of: ListTagsForResource(resourceARN: arn)) == .notFound)
    _ = try create("coreTemp")
    #expect(try bench.perform(ListTagsForResource(resourceARN: arn)).items == [])
  }

  @Test func `Profiles are listed by the custom metric that they judge or retain`() throws {
    _ = try create("m")
    _ = try create("unused")
    for (name, behaviors, retained) in [
      ("judges", [Behavior.sample(metric: "m", value: .number(1))], []), ("neither", [], []),
      ("retains", [], ["m"]),
    ] as [(String, [Behavior], [String])] {
      try bench.perform(
        CreateSecurityProfile(
          securityProfileName: name, behaviors: behaviors, additionalMetricsToRetain: retained))
    }
    func names(_ metric: String) throws -> [String] {
      try bench.perform(ListSecurityProfiles(metricName: metric)).items.map(\.name)
    }
    #expect(try names("m") == ["judges", "retains"])
    #expect(try names("unused") == [])
    for metric in ["other", "aws:all-bytes-in"] {
      #expect(bench.refusal(of: ListSecurityProfiles(metricName: metric)) == .notFound)
    }
  }

  @Test func `A behavior of a metric that does not exist is refused`() {
    let profile = CreateSecurityProfile(
      securityProfileName: "P", behaviors: [.sample(metric: "m", value: .number(1))])
    #expect(bench.refusal(of: profile) == .invalid(field: "behaviors[0].metric"))
    let retaining = CreateSecurityProfile(
      securityProfileName: "P", additionalMetricsToRetain: ["m"])
    #expect(bench.refusal(of: retaining) == .invalid(field: "additionalMetricsToRetain[0]"))
  }

  @Test func `A hundred metrics, and no number twice`() throws {
    for index in 1...Limits.customMetrics { _ = try create("m\(index)") }
    let more = CreateCustomMetric(metricName: "m", metricType: "number", clientRequestToken: "t")
    #expect(bench.refusal(of: more) == .limitExceeded)
    try bench.perform(DeleteCustomMetric(metricName: "m100"))
    try bench.perform(more)
    let numbers = bench.catalog.customMetrics.values.map(\.number).sorted()
    #expect(numbers == (1000...1098) + [1100])

    bench.apply([
      .removeCustomMetric("m"), .giveMetricNumber(Limits.customMetricNumbers.upperBound),
    ])
    #expect(bench.refusal(of: more) == .limitExceeded)
  }
}
