internal import Detect

// What an account has, as the values that the service's own operations take.

extension IoTClient {
  /// All pages of a list.
  private func all<Answer: Decodable, Item>(
    _ path: [String], _ query: [(name: String, value: String)] = [], as type: Answer.Type,
    _ items: (Answer) -> [Item]?, _ nextToken: (Answer) -> String?
  ) async throws(ImportFault) -> [Item] {
    var (found, token): ([Item], String?) = ([], nil)
    repeat {
      let page = [("maxResults", "250")] + (token.map { [("nextToken", $0)] } ?? [])
      let answer = try await get(path, query + page, as: type)
      found += items(answer) ?? []
      let next = nextToken(answer)
      // A source that gives the same token again would be asked for ever.
      token = next == token ? nil : next
    } while token != nil && token != ""
    return found
  }

  /// The custom metrics.
  func customMetrics() async throws(ImportFault) -> [CreateCustomMetric] {
    struct Names: Decodable {
      var metricNames: [String]?
      var nextToken: String?
    }
    struct Description: Decodable {
      var metricType: String
      var metricArn: String
      var displayName: String?
    }
    var metrics: [CreateCustomMetric] = []
    let names = try await all(["custom-metrics"], as: Names.self, \.metricNames, \.nextToken)
    for name in names {
      let metric = try await get(["custom-metric", name], as: Description.self)
      metrics.append(
        CreateCustomMetric(
          metricName: name, displayName: metric.displayName, metricType: metric.metricType,
          tags: try await tags(of: metric.metricArn), clientRequestToken: Self.requestToken))
    }
    return metrics
  }

  /// The dimensions.
  func dimensions() async throws(ImportFault) -> [CreateDimension] {
    struct Names: Decodable {
      var dimensionNames: [String]?
      var nextToken: String?
    }
    struct Description: Decodable {
      var arn: String
      var type: String
      var stringValues: [String]
    }
    var dimensions: [CreateDimension] = []
    let names = try await all(["dimensions"], as: Names.self, \.dimensionNames, \.nextToken)
    for name in names {
      let dimension = try await get(["dimensions", name], as: Description.self)
      dimensions.append(
        CreateDimension(
          dimensionName: name, type: dimension.type, stringValues: dimension.stringValues,
          tags: try await tags(of: dimension.arn), clientRequestToken: Self.requestToken))
    }
    return dimensions
  }

  /// The same for each import, so that a repetition finds what it has created.
  private static let requestToken = "import-aws"

  /// The groups, those above others first. `isDynamic` is true for one that a query fills.
  func thingGroups() async throws(ImportFault) -> [(group: CreateThingGroup, isDynamic: Bool)] {
    struct Names: Decodable {
      struct Group: Decodable {
        var groupName: String
      }
      var thingGroups: [Group]?
      var nextToken: String?
    }
    struct Description: Decodable {
      struct Metadata: Decodable {
        struct Ancestor: Decodable {}
        var parentGroupName: String?
        var rootToParentThingGroups: [Ancestor]?
      }
      var thingGroupArn: String
      var thingGroupProperties: ThingGroupPropertiesShape?
      var thingGroupMetadata: Metadata?
      var queryString: String?
    }
    var groups: [(level: Int, group: CreateThingGroup, isDynamic: Bool)] = []
    let listed = try await all(["thing-groups"], as: Names.self, \.thingGroups, \.nextToken)
    for name in listed.map(\.groupName) {
      let group = try await get(["thing-groups", name], as: Description.self)
      let create = CreateThingGroup(
        thingGroupName: name, parentGroupName: group.thingGroupMetadata?.parentGroupName,
        thingGroupProperties: group.thingGroupProperties?.properties,
        tags: try await tags(of: group.thingGroupArn))
      let level = group.thingGroupMetadata?.rootToParentThingGroups?.count ?? 0
      groups.append((level, create, isDynamic: group.queryString != nil))
    }
    return groups.sorted { $0.level < $1.level }.map { ($0.group, $0.isDynamic) }
  }

  /// The things. A list of things has no billing groups, so they are not among what is read.
  func things() async throws(ImportFault) -> [CreateThing] {
    struct Page: Decodable {
      struct Thing: Decodable {
        var thingName: String
        var thingTypeName: String?
        var attributes: [String: String]?
      }
      var things: [Thing]?
      var nextToken: String?
    }
    return try await all(["things"], as: Page.self, \.things, \.nextToken).map { thing in
      CreateThing(
        thingName: thing.thingName, thingTypeName: thing.thingTypeName,
        attributePayload: thing.attributes.map { AttributePayload(attributes: $0) })
    }
  }

  /// The names of the direct members of a group.
  func members(ofGroup name: String) async throws(ImportFault) -> [String] {
    struct Page: Decodable {
      var things: [String]?
      var nextToken: String?
    }
    return try await all(
      ["thing-groups", name, "things"], as: Page.self, \.things, \.nextToken)
  }

  /// The profiles.
  func securityProfiles() async throws(ImportFault) -> [CreateSecurityProfile] {
    struct Names: Decodable {
      struct Profile: Decodable {
        var name: String
      }
      var securityProfileIdentifiers: [Profile]?
      var nextToken: String?
    }
    struct Description: Decodable {
      var securityProfileArn: String
      var securityProfileDescription: String?
      var behaviors: [BehaviorShape]?
      var alertTargets: [String: AlertTargetShape]?
      var additionalMetricsToRetain: [String]?
      var additionalMetricsToRetainV2: [MetricToRetainShape]?
      var metricsExportConfig: MetricsExportConfigShape?
    }
    var profiles: [CreateSecurityProfile] = []
    let listed = try await all(
      ["security-profiles"], as: Names.self, \.securityProfileIdentifiers, \.nextToken)
    for name in listed.map(\.name) {
      let profile = try await get(["security-profiles", name], as: Description.self)
      let metrics = profile.additionalMetricsToRetainV2?.map(\.metricToRetain) ?? []
      profiles.append(
        CreateSecurityProfile(
          securityProfileName: name,
          securityProfileDescription: profile.securityProfileDescription,
          behaviors: profile.behaviors?.map(\.behavior) ?? [],
          alertTargets: profile.alertTargets?.mapValues(\.target) ?? [:],
          // The newer list has all that the older one has.
          additionalMetricsToRetain: metrics.isEmpty ? profile.additionalMetricsToRetain ?? [] : [],
          additionalMetricsToRetainV2: metrics,
          tags: try await tags(of: profile.securityProfileArn),
          metricsExportConfig: profile.metricsExportConfig?.config))
    }
    return profiles
  }

  /// The ARNs of the targets of a profile.
  func targets(ofProfile name: String) async throws(ImportFault) -> [String] {
    struct Page: Decodable {
      struct Target: Decodable {
        var arn: String
      }
      var securityProfileTargets: [Target]?
      var nextToken: String?
    }
    return try await all(
      ["security-profiles", name, "targets"], as: Page.self, \.securityProfileTargets,
      \.nextToken
    ).map(\.arn)
  }

  private func tags(of arn: String) async throws(ImportFault) -> [Tag] {
    struct Page: Decodable {
      var tags: [TagShape]?
      var nextToken: String?
    }
    var (tags, token): ([Tag], String?) = ([], nil)
    repeat {
      let query = [("resourceArn", arn)] + (token.map { [("nextToken", $0)] } ?? [])
      let page = try await get(["tags"], query, as: Page.self)
      tags += page.tags?.map(\.tag) ?? []
      token = page.nextToken == token ? nil : page.nextToken
    } while token != nil && token != ""
    return tags
  }
}
