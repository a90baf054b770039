internal import Detect

/// The operations that attach profiles to targets.
struct TargetOperations: Sendable {
  let backend: Backend

  /// `SecurityProfileTarget`.
  private struct Target: Encodable {
    var arn: String
  }

  /// Has the things of a target judged by a profile.
  func attach(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(
      AttachSecurityProfile(
        securityProfileName: request.label("securityProfileName"),
        securityProfileTargetARN: try request.query.required("securityProfileTargetArn")))
    return noMembers
  }

  /// Ends that.
  func detach(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(
      DetachSecurityProfile(
        securityProfileName: request.label("securityProfileName"),
        securityProfileTargetARN: try request.query.required("securityProfileTargetArn")))
    return noMembers
  }

  /// Lists the profiles of a target.
  func listProfiles(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Mapping: Encodable {
      var securityProfileIdentifier: SecurityProfileIdentifierShape
      var target: Target
    }
    struct Answer: Encodable {
      var securityProfileTargetMappings: [Mapping]
      var nextToken: String?
    }
    let page = try await backend.perform(
      ListSecurityProfilesForTarget(
        securityProfileTargetARN: try request.query.required("securityProfileTargetArn"),
        recursive: try request.query.flag("recursive") ?? false,
        nextToken: request.query.text("nextToken"),
        maxResults: try request.query.integer("maxResults")))
    let mappings = page.items.map { mapping in
      Mapping(
        securityProfileIdentifier: SecurityProfileIdentifierShape(
          mapping.securityProfileIdentifier), target: Target(arn: mapping.targetARN))
    }
    return try encode(
      Answer(securityProfileTargetMappings: mappings, nextToken: page.nextToken))
  }

  /// Lists the targets of a profile.
  func listTargets(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var securityProfileTargets: [Target]
      var nextToken: String?
    }
    let page = try await backend.perform(
      ListTargetsForSecurityProfile(
        securityProfileName: request.label("securityProfileName"),
        nextToken: request.query.text("nextToken"),
        maxResults: try request.query.integer("maxResults")))
    return try encode(
      Answer(
        securityProfileTargets: page.items.map { Target(arn: $0.arn) }, nextToken: page.nextToken))
  }
}
