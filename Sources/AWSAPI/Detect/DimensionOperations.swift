internal import Detect

/// The operations on dimensions.
struct DimensionOperations: Sendable {
  let backend: Backend

  /// Creates a dimension, or finds it created.
  func create(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var type: String?
      var stringValues: [String]?
      var tags: [TagShape]?
      var clientRequestToken: String?
    }
    struct Answer: Encodable {
      var name: String
      var arn: String
    }
    let members = try request.members(as: Members.self)
    let dimension = try await backend.perform(
      CreateDimension(
        dimensionName: request.label("name"), type: members.type,
        stringValues: members.stringValues ?? [], tags: members.tags?.map(\.tag) ?? [],
        clientRequestToken: members.clientRequestToken ?? ""))
    return try encode(Answer(name: dimension.name, arn: dimension.arn))
  }

  /// Returns a dimension.
  func describe(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    let dimension = try await backend.perform(
      DescribeDimension(dimensionName: request.label("name")))
    return try encode(DimensionDescription(dimension))
  }

  /// Replaces the filters of a dimension.
  func update(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var stringValues: [String]?
    }
    let members = try request.members(as: Members.self)
    let dimension = try await backend.perform(
      UpdateDimension(
        dimensionName: request.label("name"), stringValues: members.stringValues ?? []))
    return try encode(DimensionDescription(dimension))
  }

  /// Lists the names of the dimensions.
  func list(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var dimensionNames: [String]
      var nextToken: String?
    }
    let page = try await backend.perform(
      ListDimensions(
        nextToken: request.query.text("nextToken"),
        maxResults: try request.query.integer("maxResults")))
    return try encode(Answer(dimensionNames: page.items, nextToken: page.nextToken))
  }

  /// Deletes a dimension.
  func delete(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(DeleteDimension(dimensionName: request.label("name")))
    return noMembers
  }
}

/// The answer of Describe, which is also that of Update.
private struct DimensionDescription: Encodable {
  var name: String
  var arn: String
  var type: String
  var stringValues: [String]
  var creationDate: Double
  var lastModifiedDate: Double

  init(_ described: DescribeDimension.Response) {
    name = described.dimension.name
    arn = described.arn
    type = described.dimension.type.rawValue
    stringValues = described.dimension.stringValues
    creationDate = timestamp(described.dimension.creationDate)
    lastModifiedDate = timestamp(described.dimension.lastModifiedDate)
  }
}
