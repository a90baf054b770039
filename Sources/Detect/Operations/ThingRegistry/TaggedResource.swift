extension Catalog {
  /// The resource part of the ARN of something that can have tags: a profile, a group, a custom
  /// metric or a dimension.
  ///
  /// - Throws: `invalidRequest` for an ARN of anything else, things included, which AWS does not tag
  ///   either; `notFound` where there is no such profile, group, metric or
  ///   dimension.
  func taggedResource(ofARN arn: String) throws(DetectError) -> String {
    let field = "resourceArn"
    let resource = try resource(ofARN: arn, field: field)
    if let name = Self.name(in: resource, after: "securityprofile/") {
      _ = try profile(named: name, field: field)
    } else if let name = Self.name(in: resource, after: "thinggroup/") {
      _ = try group(named: name, field: field)
    } else if let name = Self.name(in: resource, after: "custommetric/") {
      _ = try customMetric(named: name, field: field)
    } else if let name = Self.name(in: resource, after: "dimension/") {
      _ = try dimension(named: name, field: field)
    } else {
      throw .invalidRequest(
        "\(field) should be that of a security profile, a thing group, a custom metric or a "
          + "dimension",
        field: field)
    }
    return resource
  }

  private static func name(in resource: String, after prefix: String) -> String? {
    resource.hasPrefix(prefix) ? String(resource.dropFirst(prefix.count)) : nil
  }
}
