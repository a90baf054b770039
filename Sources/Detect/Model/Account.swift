/// The AWS account that this service stands in for; it decides every ARN.
package struct Account: Hashable, Sendable {
  /// `aws`, `aws-cn` or `aws-us-gov`.
  package var partition: String
  package var region: String
  /// Twelve digits.
  package var id: String

  package init(partition: String = "aws", region: String = "us-east-1", id: String = "000000000000")
  {
    self.partition = partition
    self.region = region
    self.id = id
  }

  /// The ARN of a resource of this account, for example `securityprofile/Cameras`.
  package func arn(_ resource: String) -> String {
    "arn:\(partition):iot:\(region):\(id):\(resource)"
  }

  /// The resource part of an ARN of this account, or nil where the ARN names another account, region,
  /// partition or service.
  package func resource(ofARN arn: String) -> String? {
    let prefix = self.arn("")
    return arn.hasPrefix(prefix) ? String(arn.dropFirst(prefix.count)) : nil
  }

  /// What is wrong with the account; empty when ARNs may be made of it.
  package var faults: [String] {
    var faults: [String] = []
    if !["aws", "aws-cn", "aws-us-gov"].contains(partition) {
      faults.append("partition: must be aws, aws-cn or aws-us-gov")
    }
    if region.isEmpty
      || !region.allSatisfy({ "abcdefghijklmnopqrstuvwxyz0123456789-".contains($0) })
    {
      faults.append("region: must be of lowercase letters, digits and hyphens")
    }
    if id.count != 12 || !id.allSatisfy({ "0123456789".contains($0) }) {
      faults.append("account id: must be twelve digits")
    }
    return faults
  }
}

/// The devices that a profile is attached to. Targets are ordered by their ARNs.
package enum Target: Hashable, Comparable, Sendable {
  case allThings
  case registeredThings
  case unregisteredThings
  /// The members of a group and of all its descendants.
  case thingGroup(String)

  /// The resource part of the target's ARN.
  package var resource: String {
    switch self {
    case .allThings: "all/things"
    case .registeredThings: "all/registered-things"
    case .unregisteredThings: "all/unregistered-things"
    case .thingGroup(let name): "thinggroup/\(name)"
    }
  }

  /// The target that a resource part names, or nil where it names none.
  package init?(resource: String) {
    switch resource {
    case "all/things": self = .allThings
    case "all/registered-things": self = .registeredThings
    case "all/unregistered-things": self = .unregisteredThings
    default:
      guard resource.hasPrefix("thinggroup/") else { return nil }
      self = .thingGroup(String(resource.dropFirst("thinggroup/".count)))
    }
  }

  package static func < (a: Target, b: Target) -> Bool { a.resource < b.resource }
}
