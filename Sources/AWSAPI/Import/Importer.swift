package import Detect

/// Brings what an account of AWS has of Detect into a service: custom metrics, dimensions, groups, things and
/// memberships, profiles and their targets, in the order in which they need one another.
///
/// Each is created by the operation that a caller would use, so that what is refused is refused for the same
/// reasons, and a repetition finds what is there already. What is there with other content stays as it is.
package struct Importer: Sendable {
  /// What a person should know of one resource.
  package enum Note: Equatable, Sendable {
    /// It was not created, for this reason.
    case refused(String, String)
    /// It was created, and is probably not what is meant.
    case warning(String, String)
    /// It is of a kind that there is not here.
    case leftOut(String, String)
  }

  /// How many resources of one kind became what.
  package struct Count: Equatable, Sendable {
    /// In the plural: "things".
    package let kind: String
    package internal(set) var created = 0
    /// They were there already, the same.
    package internal(set) var unchanged = 0
    package internal(set) var refused = 0
    package internal(set) var leftOut = 0
  }

  private let client: IoTClient
  private let service: DetectService
  private let note: @Sendable (Note) -> Void

  /// - Parameters:
  ///   - clock: milliseconds since the epoch, for signatures.
  ///   - note: told of each resource of which a person should know.
  package init(
    from endpoint: IoTEndpoint, into service: DetectService, limits: Limits = Limits(),
    clock: @escaping @Sendable () -> Int64, note: @escaping @Sendable (Note) -> Void
  ) {
    client = IoTClient(endpoint, limits: limits, clock: clock)
    self.service = service
    self.note = note
  }

  /// Reads and creates everything.
  ///
  /// - Returns: one count for each kind, in the order of their creation.
  /// - Throws: where the source cannot be read. What was created by then stays; a repetition goes on.
  package func run() async throws(ImportFault) -> [Count] {
    var counts: [Count] = []
    try await counts.append(customMetrics())
    try await counts.append(dimensions())
    let (groups, names) = try await thingGroups()
    counts.append(groups)
    try await counts.append(things())
    try await counts.append(memberships(ofGroups: names))
    let profiles = try await client.securityProfiles()
    await counts.append(securityProfiles(profiles))
    try await counts.append(targets(of: profiles))
    return counts
  }

  private func customMetrics() async throws(ImportFault) -> Count {
    var count = Count(kind: "custom metrics")
    for metric in try await client.customMetrics() {
      let known = DescribeCustomMetric(metricName: metric.metricName)
      await create(metric, unless: known, "custom metric \(metric.metricName)", &count)
    }
    return count
  }

  private func dimensions() async throws(ImportFault) -> Count {
    var count = Count(kind: "dimensions")
    for dimension in try await client.dimensions() {
      let known = DescribeDimension(dimensionName: dimension.dimensionName)
      await create(dimension, unless: known, "dimension \(dimension.dimensionName)", &count)
    }
    return count
  }

  private func thingGroups() async throws(ImportFault) -> (Count, names: [String]) {
    var (count, names) = (Count(kind: "thing groups"), [String]())
    for (group, isDynamic) in try await client.thingGroups() {
      let name = "thing group \(group.thingGroupName)"
      guard !isDynamic else {
        note(.leftOut(name, "there are no dynamic groups"))
        count.leftOut += 1
        continue
      }
      names.append(group.thingGroupName)
      let known = DescribeThingGroup(thingGroupName: group.thingGroupName)
      await create(group, unless: known, name, &count)
    }
    return (count, names)
  }

  private func things() async throws(ImportFault) -> Count {
    var count = Count(kind: "things")
    for thing in try await client.things() {
      let known = DescribeThing(thingName: thing.thingName)
      await create(thing, unless: known, "thing \(thing.thingName)", &count)
    }
    return count
  }

  private func memberships(ofGroups groups: [String]) async throws(ImportFault) -> Count {
    var count = Count(kind: "memberships")
    for group in groups {
      for thing in try await client.members(ofGroup: group) {
        let present = try? await service.perform(
          ListThingGroupsForThing(thingName: thing, maxResults: Self.largestPage))
        let isMember = present?.items.contains { $0.groupName == group } ?? false
        let join = AddThingToThingGroup(thingGroupName: group, thingName: thing)
        await perform(join, isThere: isMember, "thing \(thing) in group \(group)", &count)
      }
    }
    return count
  }

  private func securityProfiles(_ profiles: [CreateSecurityProfile]) async -> Count {
    var count = Count(kind: "security profiles")
    for profile in profiles {
      let name = "security profile \(profile.securityProfileName)"
      let known = DescribeSecurityProfile(securityProfileName: profile.securityProfileName)
      await create(profile, unless: known, name, &count)
      let validation = try? await service.perform(
        ValidateSecurityProfileBehaviors(behaviors: profile.behaviors))
      for warning in validation?.warnings ?? [] {
        note(.warning("\(name), behavior \(warning.behaviorName)", warning.message))
      }
    }
    return count
  }

  private func targets(of profiles: [CreateSecurityProfile]) async throws(ImportFault) -> Count {
    var count = Count(kind: "targets")
    for profile in profiles.map(\.securityProfileName) {
      for source in try await client.targets(ofProfile: profile) {
        // The source's account and region are not ours: "arn:aws:iot:REGION:ACCOUNT:thinggroup/NAME".
        let resource = source.split(separator: ":", maxSplits: 5).last.map(String.init) ?? source
        let target = service.settings.account.arn(resource)
        let attached = try? await service.perform(
          ListSecurityProfilesForTarget(
            securityProfileTargetARN: target, maxResults: Self.largestPage))
        let isAttached =
          attached?.items.contains { $0.securityProfileIdentifier.name == profile } ?? false
        let attach = AttachSecurityProfile(
          securityProfileName: profile, securityProfileTargetARN: target)
        await perform(
          attach, isThere: isAttached, "security profile \(profile) on \(resource)", &count)
      }
    }
    return count
  }

  /// More than the groups of a thing, and the profiles of a target, may be.
  private static let largestPage: Int64 = 250

  private func create(
    _ operation: some Operation, unless known: some Operation, _ name: String, _ count: inout Count
  ) async {
    let isThere = (try? await service.perform(known)) != nil
    await perform(operation, isThere: isThere, name, &count)
  }

  private func perform(
    _ operation: some Operation, isThere: Bool, _ name: String, _ count: inout Count
  ) async {
    do throws(DetectError) {
      _ = try await service.perform(operation)
      if isThere { count.unchanged += 1 } else { count.created += 1 }
    } catch {
      count.refused += 1
      note(.refused(name, AWSError(error).message))
    }
  }
}
