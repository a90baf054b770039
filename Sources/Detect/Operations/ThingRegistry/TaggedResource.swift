extension Catalog {
  /// The resource part of the ARN of something that can have tags: a profile or a group.
  ///
  /// - Throws: `invalidRequest` for an ARN of anything else, things included, which AWS does not tag
  ///   either; `notFound` where there is no such profile or group.
  func taggedResource(ofARN arn: String) throws(DetectError) -> String {
    let field = "resourceArn"
    let resource = try resource(ofARN: arn, field: field)
    if let name = Self.name(in: resource, after: "securityprofile/") {
      _ = try profile(named: name, field: field)
    } else if let name = Self.name(in: resource, after: "thinggroup/") {
      _ = try group(named: name, field: field)
    } else {
      throw .invalidRequest(
        "\(field) should be that of a security profile or a thing group", field: field)
    }
    return resource
  }

  private static func name(in resource: String, after prefix: String) -> String? {
    resource.hasPrefix(prefix) ? String(resource.dropFirst(prefix.count)) : nil
  }
}
