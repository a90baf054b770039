/// What a request's references to resources must satisfy.
extension Catalog {
  /// The profile of a request.
  ///
  /// - Throws: `invalidRequest` for what is no name, `notFound` where there is no such profile.
  func profile(
    named name: String, field: String = "securityProfileName"
  ) throws(DetectError) -> SecurityProfile {
    try FieldCheck.name(name, field: field)
    guard let profile = profiles[name] else {
      throw .notFound("security profile \(name) does not exist")
    }
    return profile
  }

  /// The custom metric of a request.
  ///
  /// - Throws: `invalidRequest` for what is no name, `notFound` where there is no such metric.
  func customMetric(
    named name: String, field: String = "metricName"
  ) throws(DetectError) -> CustomMetric {
    try FieldCheck.name(name, field: field)
    guard let metric = customMetrics[name] else {
      throw .notFound("custom metric \(name) does not exist")
    }
    return metric
  }

  /// The dimension of a request.
  ///
  /// - Throws: `invalidRequest` for what is no name, `notFound` where there is no such dimension.
  func dimension(named name: String, field: String = "name") throws(DetectError) -> Dimension {
    try FieldCheck.name(name, field: field)
    guard let dimension = dimensions[name] else {
      throw .notFound("dimension \(name) does not exist")
    }
    return dimension
  }

  /// The group of a request.
  ///
  /// - Throws: `invalidRequest` for what is no name, `notFound` where there is no such group.
  func group(
    named name: String, field: String = "thingGroupName"
  ) throws(DetectError) -> ThingGroup {
    try FieldCheck.name(name, field: field)
    guard let group = groups[name] else { throw .notFound("thing group \(name) does not exist") }
    return group
  }

  /// The resource part of an ARN, which must be one of this account.
  func resource(ofARN arn: String, field: String) throws(DetectError) -> String {
    guard !arn.isEmpty else { throw .invalidRequest("\(field) is required", field: field) }
    guard let resource = account.resource(ofARN: arn) else {
      throw .invalidRequest(
        "\(field) should begin with \(account.arn(""))", field: field)
    }
    return resource
  }

  /// The target of a profile, by its ARN (evidence.md 5.1).
  ///
  /// - Throws: `invalidRequest` for the ARN of another account or of something else than a target,
  ///   `notFound` for a group that does not exist.
  func target(
    ofARN arn: String, field: String = "securityProfileTargetArn"
  ) throws(DetectError) -> Target {
    let resource = try resource(ofARN: arn, field: field)
    guard let target = Target(resource: resource) else {
      throw .invalidRequest(
        "\(field) should name all/things, all/registered-things, all/unregistered-things or "
          + "thinggroup/ with a group", field: field)
    }
    guard case .thingGroup(let name) = target else { return target }
    guard FieldCheck.isName(name) else {
      throw .invalidRequest(
        "the group in \(field) should be 1 to \(Limits.nameCharacters) characters of "
          + "[a-zA-Z0-9:_-]", field: field)
    }
    guard groups[name] != nil else { throw .notFound("thing group \(name) does not exist") }
    return target
  }

  /// Compares the version that a request expects, if it does, with the one that is stored.
  ///
  /// - Throws: `versionConflict` where they differ.
  static func check(expectedVersion: Int64?, stored version: Int64) throws(DetectError) {
    guard let expectedVersion, expectedVersion != version else { return }
    throw .versionConflict("expectedVersion is \(expectedVersion), but the version is \(version)")
  }
}
