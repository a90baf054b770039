internal import Detect

/// The operations on things.
struct ThingOperations: Sendable {
  let backend: Backend

  /// Registers a thing.
  func create(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var thingTypeName: String?
      var attributePayload: AttributePayloadShape?
      var billingGroupName: String?
    }
    struct Answer: Encodable {
      var thingName: String
      var thingArn: String
      var thingId: String
    }
    let members = try request.members(as: Members.self)
    let thing = try await backend.perform(
      CreateThing(
        thingName: request.label("thingName"), thingTypeName: members.thingTypeName,
        attributePayload: members.attributePayload?.payload,
        billingGroupName: members.billingGroupName))
    return try encode(
      Answer(thingName: thing.thingName, thingArn: thing.thingARN, thingId: thing.thingID))
  }

  /// Returns a thing.
  func describe(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Answer: Encodable {
      var defaultClientId: String
      var thingName: String
      var thingId: String
      var thingArn: String
      var thingTypeName: String?
      var attributes: [String: String]
      var version: Int64
      var billingGroupName: String?
    }
    let thing = try await backend.perform(DescribeThing(thingName: request.label("thingName")))
    return try encode(
      Answer(
        defaultClientId: thing.defaultClientID, thingName: thing.thingName,
        thingId: thing.thingID, thingArn: thing.thingARN, thingTypeName: thing.thingTypeName,
        attributes: thing.attributes, version: thing.version,
        billingGroupName: thing.billingGroupName))
  }

  /// Changes a thing.
  func update(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Members: Decodable {
      var thingTypeName: String?
      var attributePayload: AttributePayloadShape?
      var expectedVersion: Int64?
      var removeThingType: Bool?
    }
    let members = try request.members(as: Members.self)
    _ = try await backend.perform(
      UpdateThing(
        thingName: request.label("thingName"), thingTypeName: members.thingTypeName,
        attributePayload: members.attributePayload?.payload,
        expectedVersion: members.expectedVersion,
        removeThingType: members.removeThingType ?? false))
    return noMembers
  }

  /// Deletes a thing.
  func delete(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    _ = try await backend.perform(
      DeleteThing(
        thingName: request.label("thingName"),
        expectedVersion: try request.query.integer("expectedVersion")))
    return noMembers
  }

  /// Lists things.
  func list(_ request: OperationRequest) async throws(AWSError) -> [UInt8] {
    struct Thing: Encodable {
      var thingName: String
      var thingTypeName: String?
      var thingArn: String
      var attributes: [String: String]
      var version: Int64
    }
    struct Answer: Encodable {
      var things: [Thing]
      var nextToken: String?
    }
    let query = request.query
    let page = try await backend.perform(
      ListThings(
        nextToken: query.text("nextToken"), maxResults: try query.integer("maxResults"),
        attributeName: query.text("attributeName"), attributeValue: query.text("attributeValue"),
        thingTypeName: query.text("thingTypeName"),
        usePrefixAttributeValue: try query.flag("usePrefixAttributeValue") ?? false))
    let things = page.items.map { thing in
      Thing(
        thingName: thing.thingName, thingTypeName: thing.thingTypeName, thingArn: thing.thingARN,
        attributes: thing.attributes, version: thing.version)
    }
    return try encode(Answer(things: things, nextToken: page.nextToken))
  }
}
