internal import Detect

/// The operations on security profiles.
struct SecurityProfileOperations: Sendable {
  let backend: Backend

  /// Creates a profile, or finds it created.
  func create(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var securityProfileName: String
      var securityProfileArn: String
    }
    let members = try request.members(as: SecurityProfileMembers.self)
    let profile = try await backend.perform(
      CreateSecurityProfile(
        securityProfileName: request.label("securityProfileName"),
        securityProfileDescription: members.securityProfileDescription,
        behaviors: members.behaviors?.map(\.behavior) ?? [],
        alertTargets: members.alertTargets?.mapValues(\.target) ?? [:],
        additionalMetricsToRetain: members.additionalMetricsToRetain ?? [],
        additionalMetricsToRetainV2: members.additionalMetricsToRetainV2?.map(\.metricToRetain)
          ?? [],
        tags: members.tags?.map(\.tag) ?? [],
        metricsExportConfig: members.metricsExportConfig?.config))
    return try encode(Answer(securityProfileName: profile.name, securityProfileArn: profile.arn))
  }

  /// Returns a profile.
  func describe(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let profile = try await backend.perform(
      DescribeSecurityProfile(securityProfileName: request.label("securityProfileName")))
    return try encode(SecurityProfileDescription(profile))
  }

  /// Changes a profile.
  func update(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let members = try request.members(as: SecurityProfileMembers.self)
    let profile = try await backend.perform(
      UpdateSecurityProfile(
        securityProfileName: request.label("securityProfileName"),
        securityProfileDescription: members.securityProfileDescription,
        behaviors: members.behaviors?.map(\.behavior) ?? [],
        alertTargets: members.alertTargets?.mapValues(\.target) ?? [:],
        additionalMetricsToRetain: members.additionalMetricsToRetain ?? [],
        additionalMetricsToRetainV2: members.additionalMetricsToRetainV2?.map(\.metricToRetain)
          ?? [],
        deleteBehaviors: members.deleteBehaviors ?? false,
        deleteAlertTargets: members.deleteAlertTargets ?? false,
        deleteAdditionalMetricsToRetain: members.deleteAdditionalMetricsToRetain ?? false,
        expectedVersion: try request.query.integer("expectedVersion"),
        metricsExportConfig: members.metricsExportConfig?.config,
        deleteMetricsExportConfig: members.deleteMetricsExportConfig ?? false))
    return try encode(SecurityProfileDescription(profile))
  }

  /// Deletes a profile.
  func delete(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(
      DeleteSecurityProfile(
        securityProfileName: request.label("securityProfileName"),
        expectedVersion: try request.query.integer("expectedVersion")))
    return noMembers
  }

  /// Lists the profiles.
  func list(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var securityProfileIdentifiers: [SecurityProfileIdentifierShape]
      var nextToken: String?
    }
    let page = try await backend.perform(
      ListSecurityProfiles(
        nextToken: request.query.text("nextToken"),
        maxResults: try request.query.integer("maxResults"),
        dimensionName: request.query.text("dimensionName"),
        metricName: request.query.text("metricName")))
    return try encode(
      Answer(
        securityProfileIdentifiers: page.items.map(SecurityProfileIdentifierShape.init),
        nextToken: page.nextToken))
  }

  /// Says which faults Create and Update would find in behaviors. The warnings that gRPC has as well are not in
  /// AWS's model.
  func validateBehaviors(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var behaviors: [BehaviorShape]?
    }
    struct Fault: Encodable {
      var errorMessage: String
    }
    struct Answer: Encodable {
      var valid: Bool
      var validationErrors: [Fault]
    }
    let members = try request.members(as: Members.self)
    let result = try await backend.perform(
      ValidateSecurityProfileBehaviors(behaviors: members.behaviors?.map(\.behavior)))
    return try encode(
      Answer(
        valid: result.valid, validationErrors: result.validationErrors.map(Fault.init)))
  }
}
