/// A registered device.
package struct Thing: Hashable, Sendable {
  package var name: ThingName
  /// A UUID given at creation.
  package var id: String
  package var typeName: String?
  package var attributes: [String: String]
  package var billingGroupName: String?
  /// 1 when created, one more with every update.
  package var version: Int64

  package init(
    name: ThingName, id: String, typeName: String? = nil, attributes: [String: String] = [:],
    billingGroupName: String? = nil, version: Int64 = 1
  ) {
    self.name = name
    self.id = id
    self.typeName = typeName
    self.attributes = attributes
    self.billingGroupName = billingGroupName
    self.version = version
  }
}

/// A static group of things, possibly below another group.
package struct ThingGroup: Hashable, Sendable {
  package var name: String
  /// A UUID given at creation.
  package var id: String
  /// Fixed at creation.
  package var parent: String?
  package var description: String?
  package var attributes: [String: String]
  package var version: Int64
  /// Milliseconds since the epoch.
  package var creationDate: Int64

  package init(
    name: String, id: String, parent: String? = nil, description: String? = nil,
    attributes: [String: String] = [:], version: Int64 = 1, creationDate: Int64
  ) {
    self.name = name
    self.id = id
    self.parent = parent
    self.description = description
    self.attributes = attributes
    self.version = version
    self.creationDate = creationDate
  }
}

/// A key and a value attached to a resource.
package struct Tag: Hashable, Sendable {
  package var key: String
  package var value: String

  package init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}
