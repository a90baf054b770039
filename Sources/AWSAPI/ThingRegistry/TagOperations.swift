internal import Detect

/// `Tag`. Its members begin with capitals.
struct TagShape: Codable {
  var key: String?
  var value: String?

  private enum CodingKeys: String, CodingKey {
    case key = "Key"
    case value = "Value"
  }

  init(_ tag: Tag) {
    key = tag.key
    value = tag.value
  }

  var tag: Tag { Tag(key: key ?? "", value: value ?? "") }
}

/// The operations on tags.
struct TagOperations: Sendable {
  let backend: Backend

  /// Writes tags on a resource.
  func tag(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var resourceArn: String?
      var tags: [TagShape]?
    }
    let members = try request.members(as: Members.self)
    _ = try await backend.perform(
      TagResource(
        resourceARN: members.resourceArn ?? "", tags: members.tags?.map(\.tag) ?? []))
    return noMembers
  }

  /// Removes tags.
  func untag(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var resourceArn: String?
      var tagKeys: [String]?
    }
    let members = try request.members(as: Members.self)
    _ = try await backend.perform(
      UntagResource(resourceARN: members.resourceArn ?? "", tagKeys: members.tagKeys ?? []))
    return noMembers
  }

  /// Lists the tags of a resource.
  func list(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var tags: [TagShape]
      var nextToken: String?
    }
    let page = try await backend.perform(
      ListTagsForResource(
        resourceARN: try request.query.required("resourceArn"),
        nextToken: request.query.text("nextToken")))
    return try encode(Answer(tags: page.items.map(TagShape.init), nextToken: page.nextToken))
  }
}
